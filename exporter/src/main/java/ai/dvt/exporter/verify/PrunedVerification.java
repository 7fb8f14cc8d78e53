package ai.dvt.exporter.verify;

import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.architecture.StageGraph;
import ai.dvt.exporter.bundle.StageFiles;
import ai.dvt.exporter.bundle.VersionFolder;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.onnx.WeightStorage;
import ai.dvt.exporter.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** Exports and runs one case of an index of pruned models, and compares all that it names. */
final class PrunedVerification {
  /** Of the costs that graphs add up in float32. */
  private static final double COST_TOLERANCE = 1e-6;

  private final Path folder;
  private final PrunedCase golden;
  private final List<Flavour> flavours;
  private final List<ComparedTensor> rows = new ArrayList<>();

  PrunedVerification(Path folder, PrunedCase golden, List<Flavour> flavours) {
    this.folder = folder;
    this.golden = golden;
    this.flavours = flavours;
  }

  List<ComparedTensor> run() {
    try (CheckpointFile checkpoint = CheckpointFile.open(file(golden.file()))) {
      Weights weights =
          checkpoint.stateDicts().select(false, Optional.of(golden.wrapper())).weights();
      CascadeGraphs graphs = golden.named().graphs(weights, golden.options());
      cost(graphs);
      NpyArray input = NpyFile.read(file(golden.input()));
      Path root = Files.createTempDirectory("dvt-verify-");
      try (VersionFolder files = VersionFolder.begin(root.resolve("case"), false)) {
        for (VariantSpec variant :
            StageFiles.write(files, graphs, flavours, WeightStorage.FLOAT32)) {
          compare(files.path(), variant, graphs.stages().get(0).geometry().tokens(), input);
        }
      } finally {
        Files.deleteIfExists(root);
      }
    } catch (IOException | RuntimeException e) {
      rows.add(ComparedTensor.notCompared(golden.name(), "-", "(case)", Reasons.of(e)));
    }
    return rows;
  }

  private void cost(CascadeGraphs graphs) {
    if (golden.macs().isPresent()) {
      double got = graphs.stages().get(0).gflops() * 1e9;
      double error = Math.abs(got - golden.macs().getAsLong()) / golden.macs().getAsLong();
      rows.add(row("-", "gflops", List.of(1), error, COST_TOLERANCE, "relative error"));
    }
  }

  private void compare(Path files, VariantSpec variant, int tokens, NpyArray input)
      throws IOException {
    String flavour = variant.name();
    List<Map<String, NpyArray>> outputs = new ArrayList<>();
    try (CascadeSessions sessions = CascadeSessions.open(files, variant)) {
      if (golden.oneByOne()) {
        for (NpyArray image : images(input)) {
          outputs.add(sessions.run(image).get(0));
        }
      } else {
        outputs.add(sessions.run(input).get(0));
      }
    }
    NpyArray expected = NpyFile.read(file(golden.logits()));
    rows.add(
        Comparison.compare(
            golden.name(),
            flavour,
            StageGraph.LOGITS,
            joined(outputs, StageGraph.LOGITS),
            expected,
            golden.logitsTolerance(),
            false));
    try (NpzFile arrays = NpzFile.open(file(golden.tokens()))) {
      for (int i = 0; i < outputs.size(); i++) {
        String prefix = golden.oneByOne() ? "img" + i + "_" : "";
        steps(flavour, prefix, outputs.get(i), arrays, tokens);
      }
    }
    costs(flavour, outputs);
  }

  private void steps(
      String flavour, String prefix, Map<String, NpyArray> outputs, NpzFile arrays, int tokens)
      throws IOException {
    int steps = 0;
    for (; arrays.has(prefix + "kept_abs_" + steps); steps++) {
      String name = prefix + "kept_abs_" + steps;
      NpyArray got = outputs.get(StageGraph.KEPT + steps);
      rows.add(
          got == null
              ? ComparedTensor.notCompared(golden.name(), flavour, name, "no such step")
              : kept(flavour, name, got, arrays.read(name), tokens));
    }
    if (steps == 0 || outputs.containsKey(StageGraph.KEPT + steps)) {
      rows.add(
          ComparedTensor.notCompared(
              golden.name(), flavour, prefix + "kept_abs_" + steps, "absent from the index"));
    }
    String score = prefix + golden.scores() + 0;
    if (golden.scoreTolerance().isPresent()) {
      rows.add(
          Comparison.compare(
              golden.name(),
              flavour,
              score,
              outputs.get(StageGraph.SCORE + 0),
              arrays.read(score),
              golden.scoreTolerance().getAsDouble(),
              false));
    }
  }

  /** As sets: the error is how many tokens are in one of them only. */
  private ComparedTensor kept(
      String flavour, String name, NpyArray got, NpyArray expected, int tokens) {
    List<Integer> shape =
        expected.shape().size() == 1 ? List.of(1, expected.shape().get(0)) : expected.shape();
    int images = shape.get(0);
    if (got.shape().get(0) != images) {
      return ComparedTensor.notCompared(
          golden.name(), flavour, name, "shape " + got.shape() + " (expected: " + shape + ")");
    }
    float[] places = got.toFloats();
    long[] numbers = expected.toLongs();
    int width = places.length / images;
    int wanted = numbers.length / images;
    int different = 0;
    for (int image = 0; image < images; image++) {
      Set<Long> left = new HashSet<>();
      for (int i = 0; i < width; i++) {
        number(Math.round(places[image * width + i]), tokens).ifPresent(left::add);
      }
      Set<Long> right = new HashSet<>();
      for (int i = 0; i < wanted; i++) {
        long number = numbers[image * wanted + i];
        if (number >= 0 || golden.fused()) {
          right.add(number);
        }
      }
      for (Long number : left) {
        different += right.contains(number) ? 0 : 1;
      }
      for (Long number : right) {
        different += left.contains(number) ? 0 : 1;
      }
    }
    return row(flavour, name, shape, different, 0, "tokens not in both sets");
  }

  /** As the index numbers tokens; empty for the class token and empty places. */
  private static Optional<Long> number(int place, int tokens) {
    if (place <= 0) {
      return Optional.empty();
    }
    return Optional.of(place < tokens ? place - 1L : -1L - (place - tokens));
  }

  private void costs(String flavour, List<Map<String, NpyArray>> outputs) {
    if (golden.macsAlone().isEmpty() || !golden.oneByOne()) {
      return;
    }
    double largest = 0;
    for (int i = 0; i < outputs.size(); i++) {
      double got = outputs.get(i).get(StageGraph.COST).toFloats()[0] * 1e9;
      double expected = golden.macsAlone().get(i);
      largest = Math.max(largest, Math.abs(got - expected) / expected);
    }
    rows.add(
        row(flavour, "gflops", List.of(outputs.size()), largest, COST_TOLERANCE, "relative error"));
  }

  private ComparedTensor row(
      String flavour,
      String tensor,
      List<Integer> shape,
      double error,
      double tolerance,
      String note) {
    return new ComparedTensor(
        golden.name(),
        flavour,
        tensor,
        shape,
        OptionalDouble.of(error),
        OptionalDouble.of(tolerance),
        error <= tolerance,
        note);
  }

  private static List<NpyArray> images(NpyArray input) {
    float[] values = input.toFloats();
    int[] shape = input.shape().stream().mapToInt(Integer::intValue).toArray();
    int each = values.length / shape[0];
    int count = shape[0];
    shape[0] = 1;
    List<NpyArray> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(
          NpyArray.ofFloats(Arrays.copyOfRange(values, i * each, (i + 1) * each), shape.clone()));
    }
    return images;
  }

  private static NpyArray joined(List<Map<String, NpyArray>> outputs, String name) {
    if (outputs.size() == 1) {
      return outputs.get(0).get(name);
    }
    int each = outputs.get(0).get(name).elements();
    float[] all = new float[outputs.size() * each];
    for (int i = 0; i < outputs.size(); i++) {
      System.arraycopy(outputs.get(i).get(name).toFloats(), 0, all, i * each, each);
    }
    return NpyArray.ofFloats(all, outputs.size(), each);
  }

  private Path file(String name) throws VerifyException {
    Path file = folder.resolve(name).normalize();
    if (!file.startsWith(folder.normalize()) || !Files.isRegularFile(file)) {
      throw new VerifyException("file " + name, "absent", "a file in the index's folder");
    }
    return file;
  }
}
