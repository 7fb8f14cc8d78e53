package ai.dvt.exporter.verify;

import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.exporter.architecture.ArchitectureOptions.ExtraOutput;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.bundle.VersionFolder;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Everything the index expects of one case. Every expectation becomes exactly one row a flavour.
 */
final class CaseVerification {
  private static final double GFLOPS_TOLERANCE = 0.01;

  private final Path folder;
  private final GoldenCase golden;
  private final List<Flavour> flavours;
  private final List<ComparedTensor> rows = new ArrayList<>();

  CaseVerification(Path folder, GoldenCase golden, List<Flavour> flavours) {
    this.folder = folder;
    this.golden = golden;
    this.flavours = flavours;
  }

  List<ComparedTensor> run() {
    List<GoldenTensor> tensors = new ArrayList<>();
    for (String name : golden.expected().keySet()) {
      Optional<GoldenTensor> tensor = GoldenTensor.named(name, golden);
      tensor.ifPresentOrElse(
          tensors::add,
          () ->
              notCompared(
                  name, "not logits, tokens or relations of an exit, nor of the alternative"));
    }
    try (CheckpointFile checkpoint = CheckpointFile.open(file(golden.file()))) {
      thresholds(checkpoint);
      Set<String> wrappers = new LinkedHashSet<>();
      tensors.forEach(tensor -> wrappers.add(tensor.wrapper()));
      for (String wrapper : wrappers) {
        compare(checkpoint, wrapper, of(wrapper, tensors));
      }
    } catch (IOException | RuntimeException e) {
      failRest(tensors, e);
    }
    return rows;
  }

  private static List<GoldenTensor> of(String wrapper, List<GoldenTensor> tensors) {
    return tensors.stream().filter(tensor -> tensor.wrapper().equals(wrapper)).toList();
  }

  private void compare(CheckpointFile checkpoint, String wrapper, List<GoldenTensor> tensors) {
    try {
      GoldenExport export = new GoldenExport(golden);
      if (wrapper.equals(golden.wrapper())) {
        cost(export.graphs(checkpoint, wrapper, Set.of()));
      }
      NpyArray input = NpyFile.read(file(golden.input()));
      List<GoldenTensor> left = compare(export, checkpoint, wrapper, Set.of(), input, tensors);
      if (!left.isEmpty()) {
        // Not handed over by the exported cascade: the same graphs with more outputs.
        Set<ExtraOutput> extra = EnumSet.noneOf(ExtraOutput.class);
        left.forEach(tensor -> tensor.extraOutput().ifPresent(extra::add));
        for (GoldenTensor tensor : compare(export, checkpoint, wrapper, extra, input, left)) {
          notCompared(tensor.name(), "the cascade has no such exit");
        }
      }
    } catch (IOException | RuntimeException e) {
      failRest(tensors, e);
    }
  }

  /** Compares what these graphs put out; returns what they do not. */
  private List<GoldenTensor> compare(
      GoldenExport export,
      CheckpointFile checkpoint,
      String wrapper,
      Set<ExtraOutput> extra,
      NpyArray input,
      List<GoldenTensor> tensors)
      throws IOException {
    Path root = Files.createTempDirectory("dvt-verify-");
    List<GoldenTensor> left = new ArrayList<>();
    try (VersionFolder files = VersionFolder.begin(root.resolve("case"), false)) {
      for (VariantSpec variant : export.write(checkpoint, wrapper, flavours, extra, files)) {
        List<Map<String, NpyArray>> outputs;
        try (CascadeSessions sessions = CascadeSessions.open(files.path(), variant)) {
          outputs = sessions.run(input);
        }
        left.clear();
        for (GoldenTensor tensor : tensors) {
          Optional<NpyArray> got = tensor.in(outputs);
          if (got.isPresent()) {
            compare(variant.name(), tensor, got.get());
          } else {
            left.add(tensor);
          }
        }
      }
    } finally {
      Files.deleteIfExists(root);
    }
    return left;
  }

  private void compare(String flavour, GoldenTensor tensor, NpyArray got) {
    try {
      OptionalDouble tolerance = tensor.tolerance(golden.tolerance());
      if (tolerance.isEmpty()) {
        throw new VerifyException("tolerance of " + tensor.name(), "absent", "a number");
      }
      NpyArray expected = NpyFile.read(file(golden.expected().get(tensor.name())));
      tensor.checkPictures(expected, golden.relationsImages());
      rows.add(
          Comparison.compare(
              golden.name(),
              flavour,
              tensor.name(),
              got,
              expected,
              tolerance.getAsDouble(),
              tensor.leadingPictures(golden.relationsImages())));
    } catch (IOException | RuntimeException e) {
      rows.add(ComparedTensor.notCompared(golden.name(), flavour, tensor.name(), Reasons.of(e)));
    }
  }

  private void thresholds(CheckpointFile checkpoint) {
    if (golden.thresholds().isEmpty()) {
      return;
    }
    try {
      NpyArray expected = NpyFile.read(file(golden.thresholds().get()));
      List<List<Double>> stored =
          checkpoint
              .extras()
              .rows("dynamic_threshold")
              .orElseThrow(
                  () -> new VerifyException("dynamic_threshold", "absent", "in " + golden.file()));
      int columns = stored.isEmpty() ? 0 : stored.get(0).size();
      float[] values = new float[stored.size() * columns];
      for (int row = 0; row < stored.size(); row++) {
        for (int column = 0; column < columns; column++) {
          values[row * columns + column] = stored.get(row).get(column).floatValue();
        }
      }
      rows.add(
          Comparison.compare(
              golden.name(),
              "-",
              "threshold",
              NpyArray.ofFloats(values, stored.size(), columns),
              expected,
              0,
              false));
    } catch (IOException | RuntimeException e) {
      rows.add(ComparedTensor.notCompared(golden.name(), "-", "threshold", Reasons.of(e)));
    }
  }

  private void cost(CascadeGraphs graphs) {
    if (golden.gflops().isEmpty()) {
      return;
    }
    int exits = graphs.stages().size();
    if (golden.gflops().size() != exits) {
      rows.add(
          ComparedTensor.notCompared(
              golden.name(),
              "-",
              "gflops",
              exits + " exits (expected: " + golden.gflops().size() + ")"));
      return;
    }
    double largest = 0;
    for (int i = 0; i < exits; i++) {
      double expected = golden.gflops().get(i);
      largest = Math.max(largest, Math.abs(graphs.stages().get(i).gflops() - expected) / expected);
    }
    rows.add(
        new ComparedTensor(
            golden.name(),
            "-",
            "gflops",
            List.of(exits),
            OptionalDouble.of(largest),
            OptionalDouble.of(GFLOPS_TOLERANCE),
            largest <= GFLOPS_TOLERANCE,
            "relative error"));
  }

  private void notCompared(String tensor, String why) {
    for (Flavour flavour : flavours) {
      rows.add(ComparedTensor.notCompared(golden.name(), text(flavour), tensor, why));
    }
  }

  /** Gives every tensor without a row a failed one. */
  private void failRest(List<GoldenTensor> tensors, Exception e) {
    for (GoldenTensor tensor : tensors) {
      for (Flavour flavour : flavours) {
        boolean has =
            rows.stream()
                .anyMatch(
                    row ->
                        row.tensor().equals(tensor.name()) && row.flavour().equals(text(flavour)));
        if (!has) {
          rows.add(
              ComparedTensor.notCompared(
                  golden.name(), text(flavour), tensor.name(), Reasons.of(e)));
        }
      }
    }
    boolean thresholdRow = rows.stream().anyMatch(row -> row.tensor().equals("threshold"));
    if (golden.thresholds().isPresent() && !thresholdRow) {
      rows.add(ComparedTensor.notCompared(golden.name(), "-", "threshold", Reasons.of(e)));
    }
    if (rows.isEmpty()) {
      rows.add(ComparedTensor.notCompared(golden.name(), "-", "(case)", Reasons.of(e)));
    }
  }

  private static String text(Flavour flavour) {
    return flavour.name().toLowerCase(Locale.ROOT);
  }

  private Path file(String name) throws VerifyException {
    Path file = folder.resolve(name).normalize();
    if (!file.startsWith(folder.normalize()) || !Files.isRegularFile(file)) {
      throw new VerifyException("file " + name, "absent", "a file in the index's folder");
    }
    return file;
  }
}
