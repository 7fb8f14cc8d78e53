package ai.dvt.server.toy;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Three stages over pictures of 12 numbers. Exit k's logits are the numbers 4(k-1)..4k-1, so that a
 * test chooses where an image is confident, plus a little of everything handed over, so that a
 * tensor of another image shows.
 *
 * <p>Stage 1 hands over a [2,6], b [2,2] and c int64 [2,1] to stage 2; stage 2 hands d [2,6] to
 * stage 3, which also reads stage 1's c.
 */
public final class ToyCascade {
  public static final int CLASSES = 4;
  public static final int PIXELS = 12;
  private static final float SHARE = 0.01f;

  private ToyCascade() {}

  /**
   * A picture that is sure of class {@code k} at every exit from {@code exit} on, unsure before.
   */
  public static float[] picture(int exit, int label, Random random) {
    float[] picture = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      picture[i] = (float) random.nextGaussian() * 0.1f;
    }
    for (int k = exit; k <= 3; k++) {
      picture[CLASSES * (k - 1) + label] += 20;
    }
    return picture;
  }

  /** The logits of every exit, by plain Java. */
  public static float[][] expected(float[] picture) {
    float[] a = new float[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
      a[i] = 2 * picture[i];
    }
    double b = 0;
    long c = 0;
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        for (int k = 0; k < 6; k++) {
          b += a[6 * i + k] * a[6 * j + k];
        }
      }
      int best = 0;
      for (int k = 1; k < 6; k++) {
        best = a[6 * i + k] > a[6 * i + best] ? k : best;
      }
      c += best;
    }
    double sum = 0;
    for (float v : a) {
      sum += v;
    }
    float[][] logits = new float[3][CLASSES];
    for (int i = 0; i < CLASSES; i++) {
      logits[0][i] = picture[i];
      logits[1][i] = (float) (picture[4 + i] + SHARE * (sum + b + c));
      logits[2][i] = (float) (picture[8 + i] + SHARE * (sum + PIXELS + c));
    }
    return logits;
  }

  /** Writes a version folder with manifest and self-test. */
  public static CascadeManifest write(Path folder, String model) {
    try {
      Files.createDirectories(folder);
      Random random = new Random(7);
      float[] pictures = new float[4 * PIXELS];
      float[][] logits = new float[3][4 * CLASSES];
      for (int i = 0; i < 4; i++) {
        float[] picture = picture(1 + i % 3, i, random);
        System.arraycopy(picture, 0, pictures, i * PIXELS, PIXELS);
        for (int exit = 0; exit < 3; exit++) {
          System.arraycopy(expected(picture)[exit], 0, logits[exit], i * CLASSES, CLASSES);
        }
      }
      NpyFile.write(folder.resolve("selftest-input.npy"), NpyArray.ofFloats(pictures, 4, 3, 2, 2));
      List<FileSpec> files = new ArrayList<>();
      for (int exit = 1; exit <= 3; exit++) {
        String name = "selftest-logits-" + exit + ".npy";
        NpyFile.write(folder.resolve(name), NpyArray.ofFloats(logits[exit - 1], 4, CLASSES));
        files.add(file(folder, name));
      }
      CascadeManifest manifest =
          new CascadeManifest(
              model,
              "toy",
              List.of(variant(folder)),
              new Preprocessing(
                  2,
                  2,
                  Preprocessing.Resize.STRETCH,
                  2,
                  List.of(0.5f, 0.5f, 0.5f),
                  List.of(0.5f, 0.5f, 0.5f)),
              CLASSES,
              Optional.empty(),
              Optional.of(new SelfTestSpec(file(folder, "selftest-input.npy"), files, 1e-4)),
              Optional.empty());
      Files.writeString(folder.resolve("manifest.json"), Manifests.toJson(manifest));
      return manifest;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static VariantSpec variant(Path folder) throws IOException {
    HandoverSpec c = new HandoverSpec("c", "c", DataType.INT64, List.of(2L, 1L), 1);
    Files.write(folder.resolve("stage-1.onnx"), stage1());
    Files.write(folder.resolve("stage-2.onnx"), stage2());
    Files.write(folder.resolve("stage-3.onnx"), stage3());
    return new VariantSpec(
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
                    new HandoverSpec("a", "from_a", DataType.FLOAT32, List.of(2L, 6L), 1),
                    new HandoverSpec("b", "b", DataType.FLOAT32, List.of(2L, 2L), 1),
                    c)),
            stage(
                folder,
                3,
                List.of(c, new HandoverSpec("d", "d", DataType.FLOAT32, List.of(2L, 6L), 2)))));
  }

  private static StageSpec stage(Path folder, int stage, List<HandoverSpec> handover)
      throws IOException {
    return new StageSpec(
        "toy" + stage,
        file(folder, "stage-" + stage + ".onnx"),
        List.of(),
        stage,
        stage,
        stage * 0.5,
        "image",
        "logits",
        handover);
  }

  private static byte[] stage1() {
    GraphBuilder graph = new GraphBuilder("toy 1");
    Value flat = flat(graph);
    graph.output("logits", Layout.slice(flat, 1, 0, 4));
    Value a = Layout.reshape(Elementwise.mul(flat, graph.scalar(2)), Shape.batch(2, 6));
    graph.output("a", a);
    graph.output("b", Products.matMul(a, Layout.transpose(a, 0, 2, 1)));
    graph.output("c", Layout.reshape(Reductions.argMax(a, -1), Shape.batch(2, 1)));
    return graph.build().toBytes();
  }

  private static byte[] stage2() {
    GraphBuilder graph = new GraphBuilder("toy 2");
    Value flat = flat(graph);
    Value a = graph.input("from_a", DataType.FLOAT32, Shape.batch(2, 6));
    Value b = graph.input("b", DataType.FLOAT32, Shape.batch(2, 2));
    Value c = graph.input("c", DataType.INT64, Shape.batch(2, 1));
    Value handed =
        Elementwise.add(
            Elementwise.add(share(graph, a, 12), share(graph, b, 4)),
            share(graph, Elementwise.cast(c, DataType.FLOAT32), 2));
    graph.output("logits", Elementwise.add(Layout.slice(flat, 1, 4, 8), handed));
    graph.output("d", Elementwise.add(a, graph.scalar(1)));
    return graph.build().toBytes();
  }

  private static byte[] stage3() {
    GraphBuilder graph = new GraphBuilder("toy 3");
    Value flat = flat(graph);
    Value c = graph.input("c", DataType.INT64, Shape.batch(2, 1));
    Value d = graph.input("d", DataType.FLOAT32, Shape.batch(2, 6));
    Value handed =
        Elementwise.add(
            share(graph, d, 12), share(graph, Elementwise.cast(c, DataType.FLOAT32), 2));
    graph.output("logits", Elementwise.add(Layout.slice(flat, 1, 8, 12), handed));
    return graph.build().toBytes();
  }

  private static Value flat(GraphBuilder graph) {
    return Layout.reshape(
        graph.input("image", DataType.FLOAT32, Shape.batch(3, 2, 2)), Shape.batch(PIXELS));
  }

  /** A hundredth of the sum, for every class. */
  private static Value share(GraphBuilder graph, Value value, int elements) {
    float[] weights = new float[elements * CLASSES];
    java.util.Arrays.fill(weights, SHARE);
    Value weight =
        graph.constant(
            Constant.weight("share" + elements, Shape.of(elements, CLASSES), () -> weights));
    return Products.matMul(Layout.reshape(value, Shape.batch(elements)), weight);
  }

  static FileSpec file(Path folder, String name) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    try {
      return new FileSpec(
          name,
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)),
          bytes.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
