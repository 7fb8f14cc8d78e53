package ai.dvt.server.toy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Two stages over pictures of 224x224 that compute little but hand over tensors of real size:
 * features [197, 96] and relations [4, 197, 197], 696 kB an image.
 */
public final class PictureCascade {
  public static final int SIDE = 224;
  public static final int CLASSES = 10;
  private static final int TOKENS = 197;
  private static final int WIDTH = 96;
  private static final int HEADS = 4;

  private PictureCascade() {}

  /** Writes a version folder without a self-test. */
  public static CascadeManifest write(Path folder, String model) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("stage-1.onnx"), stage1());
    Files.write(folder.resolve("stage-2.onnx"), stage2());
    CascadeManifest manifest =
        new CascadeManifest(
            model,
            "toy",
            List.of(
                new VariantSpec(
                    "portable",
                    Flavour.PORTABLE,
                    Precision.FLOAT32,
                    List.of(),
                    List.of(
                        stage(folder, 1, List.of()),
                        stage(
                            folder,
                            2,
                            List.of(
                                handover("features", List.of((long) TOKENS, (long) WIDTH)),
                                handover(
                                    "relations",
                                    List.of((long) HEADS, (long) TOKENS, (long) TOKENS))))))),
            new Preprocessing(
                SIDE,
                SIDE,
                Preprocessing.Resize.SHORTER_SIDE,
                256,
                List.of(0.5f, 0.5f, 0.5f),
                List.of(0.5f, 0.5f, 0.5f)),
            CLASSES,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Files.writeString(folder.resolve("manifest.json"), Manifests.toJson(manifest));
    return manifest;
  }

  private static HandoverSpec handover(String name, List<Long> shape) {
    return new HandoverSpec(name, name, DataType.FLOAT32, shape, 1);
  }

  private static StageSpec stage(Path folder, int stage, List<HandoverSpec> handover)
      throws IOException {
    return new StageSpec(
        "pictures" + stage,
        ToyCascade.file(folder, "stage-" + stage + ".onnx"),
        List.of(),
        stage,
        stage,
        stage * 0.5,
        "image",
        "logits",
        handover);
  }

  private static byte[] stage1() {
    GraphBuilder graph = new GraphBuilder("pictures 1");
    Value flat = flat(graph);
    graph.output("logits", Layout.slice(flat, 1, 0, CLASSES));
    Value features =
        Layout.reshape(Layout.slice(flat, 1, 0, TOKENS * WIDTH), Shape.batch(TOKENS, WIDTH));
    graph.output("features", features);
    Value heads =
        Layout.transpose(
            Layout.reshape(features, Shape.batch(TOKENS, HEADS, WIDTH / HEADS)), 0, 2, 1, 3);
    graph.output("relations", Products.matMul(heads, Layout.transpose(heads, 0, 1, 3, 2)));
    return graph.build().toBytes();
  }

  private static byte[] stage2() {
    GraphBuilder graph = new GraphBuilder("pictures 2");
    Value flat = flat(graph);
    Value features = graph.input("features", DataType.FLOAT32, Shape.batch(TOKENS, WIDTH));
    Value relations =
        graph.input("relations", DataType.FLOAT32, Shape.batch(HEADS, TOKENS, TOKENS));
    Value some =
        Elementwise.add(
            Layout.slice(
                Layout.reshape(features, Shape.batch(TOKENS * WIDTH)), 1, CLASSES, 2 * CLASSES),
            Layout.slice(
                Layout.reshape(relations, Shape.batch(HEADS * TOKENS * TOKENS)), 1, 0, CLASSES));
    graph.output("logits", Elementwise.add(Layout.slice(flat, 1, 0, CLASSES), some));
    return graph.build().toBytes();
  }

  private static Value flat(GraphBuilder graph) {
    return Layout.reshape(
        graph.input("image", DataType.FLOAT32, Shape.batch(3, SIDE, SIDE)),
        Shape.batch(3 * SIDE * SIDE));
  }
}
