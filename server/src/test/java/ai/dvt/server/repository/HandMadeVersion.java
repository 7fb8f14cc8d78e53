package ai.dvt.server.repository;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A small version folder in which everything is true; nobody runs its graphs. */
final class HandMadeVersion {
  private static final int CLASSES = 3;
  private static final int PICTURES = 4;

  private final Path folder;

  private HandMadeVersion(Path folder) {
    this.folder = folder;
  }

  static HandMadeVersion write(Path root, String model, String version) {
    HandMadeVersion made = new HandMadeVersion(root.resolve(model).resolve(version));
    made.text("labels.txt", "cat\ndog\nship\n");
    for (String flavour : List.of("cpu", "portable")) {
      made.text("stage-1-7x7." + flavour + ".onnx", "graph 1 " + flavour);
      made.text("stage-2-14x14." + flavour + ".onnx", "graph 2 " + flavour);
    }
    made.bytes("weights.bin", new byte[4096]);
    made.npy("self-test/input.npy", PICTURES, 3, 8, 8);
    made.npy("self-test/exit-1.npy", PICTURES, CLASSES);
    made.npy("self-test/exit-2.npy", PICTURES, CLASSES);
    made.manifest(model);
    made.calibration("official", "fast", 0.5f);
    return made;
  }

  Path folder() {
    return folder;
  }

  /** Writes a manifest that is true of the files as they are now. */
  void manifest(String model) {
    CascadeManifest manifest =
        new CascadeManifest(
            model,
            "toy",
            List.of(variant("portable", Flavour.PORTABLE), variant("cpu", Flavour.CPU)),
            new Preprocessing(
                8, 8, Preprocessing.Resize.NONE, 0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            CLASSES,
            Optional.of(file("labels.txt")),
            Optional.of(
                new SelfTestSpec(
                    file("self-test/input.npy"),
                    List.of(file("self-test/exit-1.npy"), file("self-test/exit-2.npy")),
                    1e-4)),
            Optional.empty());
    text("manifest.json", Manifests.toJson(manifest));
  }

  private VariantSpec variant(String name, Flavour flavour) {
    return new VariantSpec(
        name,
        flavour,
        Precision.FLOAT32,
        List.of(),
        List.of(stage(name, 1, 7, 0.5), stage(name, 2, 14, 2.0)));
  }

  private StageSpec stage(String variant, int number, int grid, double gflops) {
    String name = grid + "x" + grid;
    return new StageSpec(
        name,
        file("stage-" + number + "-" + name + "." + variant + ".onnx"),
        List.of(file("weights.bin")),
        grid,
        grid,
        gflops,
        "image",
        "logits",
        List.of());
  }

  /** Adds a calibration with one point, which is the default. */
  void calibration(String name, String point, float... thresholds) {
    List<Float> values = new java.util.ArrayList<>();
    for (float threshold : thresholds) {
      values.add(threshold);
    }
    OperatingPoint operatingPoint =
        new OperatingPoint(
            point,
            Optional.of("cpu"),
            new Thresholds(Criterion.CONFIDENCE, values),
            OptionalDouble.of(0.9),
            OptionalDouble.of(1.2),
            List.of(0.5, 0.5));
    text(
        "calibrations/" + name + ".json",
        Manifests.toJson(new Calibration("toy data", List.of(operatingPoint), Optional.of(point))));
  }

  FileSpec file(String path) {
    try {
      byte[] content = Files.readAllBytes(folder.resolve(path));
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return new FileSpec(path, HexFormat.of().formatHex(digest.digest(content)), content.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void text(String path, String text) {
    bytes(path, text.getBytes(StandardCharsets.UTF_8));
  }

  void bytes(String path, byte[] content) {
    try {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces text in a file. */
  void replace(String path, String old, String with) {
    try {
      String text = Files.readString(folder.resolve(path));
      if (!text.contains(old)) {
        throw new IllegalArgumentException(path + " has no " + old);
      }
      text(path, text.replace(old, with));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A float32 array in which element i is i. */
  void npy(String path, long... shape) {
    String header =
        "%-117s%n"
            .formatted(
                "{'descr': '<f4', 'fortran_order': False, 'shape': ("
                    + Arrays.stream(shape)
                        .mapToObj(String::valueOf)
                        .collect(Collectors.joining(", "))
                    + ",), }");
    int elements = (int) LongStream.of(shape).reduce(1, (a, b) -> a * b);
    ByteBuffer file =
        ByteBuffer.allocate(10 + header.length() + 4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    for (int i = 0; i < elements; i++) {
      file.putFloat(i);
    }
    bytes(path, file.array());
  }
}
