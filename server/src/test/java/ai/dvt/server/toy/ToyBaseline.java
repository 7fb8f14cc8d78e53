package ai.dvt.server.toy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** One stage over {@link ToyCascade}'s pictures that knows what the cascade's last exit knows. */
public final class ToyBaseline {
  private ToyBaseline() {}

  /** Writes a version folder. */
  public static void write(Path folder, String model) throws Exception {
    Files.createDirectories(folder);
    GraphBuilder graph = new GraphBuilder("toy baseline");
    graph.output(
        "logits",
        Layout.slice(
            Layout.reshape(
                graph.input("image", DataType.FLOAT32, Shape.batch(3, 2, 2)),
                Shape.batch(ToyCascade.PIXELS)),
            1,
            8,
            12));
    byte[] bytes = graph.build().toBytes();
    Files.write(folder.resolve("stage-1.onnx"), bytes);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    StageSpec stage =
        new StageSpec(
            "whole",
            new FileSpec("stage-1.onnx", sha256, bytes.length),
            List.of(),
            2,
            2,
            2.0,
            "image",
            "logits",
            List.of());
    CascadeManifest manifest =
        new CascadeManifest(
            model,
            "toy",
            List.of(
                new VariantSpec(
                    "portable", Flavour.PORTABLE, Precision.FLOAT32, List.of(), List.of(stage))),
            new Preprocessing(
                2,
                2,
                Preprocessing.Resize.STRETCH,
                2,
                List.of(0.5f, 0.5f, 0.5f),
                List.of(0.5f, 0.5f, 0.5f)),
            ToyCascade.CLASSES,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Files.writeString(folder.resolve("manifest.json"), Manifests.toJson(manifest));
  }
}
