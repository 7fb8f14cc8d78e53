package ai.dvt.exporter.cli;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Provenance;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.architecture.StageGraph;
import ai.dvt.exporter.bundle.BundleException;
import ai.dvt.exporter.bundle.BundleOptions;
import ai.dvt.exporter.bundle.BundleWriter;
import ai.dvt.exporter.bundle.CascadeSetting;
import ai.dvt.exporter.bundle.OfficialCalibration;
import ai.dvt.exporter.bundle.VersionFolder;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.checkpoint.StateDict;
import ai.dvt.exporter.onnx.WeightStorage;
import ai.dvt.exporter.verify.CascadeSessions;
import ai.dvt.exporter.weights.Weights;
import ai.dvt.exporter.weights.WeightsException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dvt export}. */
@Command(
    name = "export",
    description = "Writes a checkpoint as one ONNX graph per stage, with manifest and self-test.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExportCommand implements Callable<Integer> {
  private static final int NAMES_SHOWN = 5;

  @Spec private CommandSpec spec;
  @Mixin private CheckpointOptions checkpoint;
  @Mixin private ArchitectureChoice architecture;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description =
          "The version folder to write, exactly this one. To be served it must be"
              + " MODELS/MODEL/NUMBER, e.g. onnx-models/my-model/1.")
  private Path output;

  @Option(
      names = "--name",
      paramLabel = "MODEL",
      description =
          "The model's name. Default: the folder above DIR if DIR ends in a number, else DIR's.")
  private String name;

  @Mixin private InputOptions input;

  @Option(
      names = "--flavours",
      split = ",",
      paramLabel = "FLAVOUR",
      description =
          "portable and cpu (default: both; portable with --precision float16, cpu with int8).")
  private List<Flavour> flavours;

  @Mixin private PrecisionChoice precision;

  @Option(
      names = "--storage",
      paramLabel = "TYPE",
      description =
          "Of the trained matrices on disk: float32 (default), float16, or int8 with a scale a"
              + " channel; arithmetic is that of --precision in any case.")
  private WeightStorage storage = WeightStorage.FLOAT32;

  @Option(
      names = "--calibration",
      paramLabel = "FILE",
      description = "Operating points (JSON) to put into calibrations/; may be repeated.")
  private List<Path> calibrations = List.of();

  @Option(
      names = "--card",
      paramLabel = "FILE",
      description = "Markdown for the model card: data, training, measured accuracy.")
  private Path card;

  @Option(names = "--strict", description = "Tensors that are not used are an error.")
  private boolean strict;

  @Option(names = "--force", description = "Replace the version that stands in DIR.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    long start = System.nanoTime();
    PrintWriter out = spec.commandLine().getOut();
    try (CheckpointFile file = CheckpointFile.open(checkpoint.file);
        VersionFolder folder = VersionFolder.begin(output, force)) {
      StateDict dict = checkpoint.select(file);
      Weights weights = dict.weights();
      out.printf(
          "%s: %s, %,d bytes, %s, %,d tensors, %,d numbers%n",
          checkpoint.file.getFileName(),
          file.container(),
          file.size(),
          dict.wrapper().isEmpty() ? "a bare state dict" : "state dict '" + dict.wrapper() + "'",
          dict.tensors().size(),
          weights.parameters());
      List<CascadeSetting> settings = architecture.settings(weights);
      CascadeGraphs graphs = settings.get(0).graphs();
      for (CascadeSetting setting : settings) {
        if (!setting.name().isEmpty()) {
          out.println("setting " + setting.name());
        }
        Reports.stages(setting.graphs(), out);
      }
      CascadeManifest manifest =
          new BundleWriter(CascadeSessions::logits).write(folder, settings, options(file, graphs));
      warnings(weights);
      precision.report(folder.path(), manifest, out);
      folder.commit();
      Reports.written(folder.target(), manifest, out);
      out.printf("%.1f s%n", (System.nanoTime() - start) / 1e9);
      closing(folder.target(), out);
    }
    return 0;
  }

  private BundleOptions options(CheckpointFile file, CascadeGraphs graphs) throws IOException {
    return new BundleOptions(
        modelName(),
        flavours == null ? precision.flavours() : flavours,
        precision.precision,
        storage,
        input.preprocessing(graphs.imageSize()),
        input.labels(),
        calibrations(file, graphs),
        card == null ? Optional.empty() : Optional.of(Files.readString(card)),
        new Provenance(
            checkpoint.file.getFileName().toString(),
            file.sha256(),
            ExporterVersion.text(),
            ArgumentText.of(spec.commandLine().getParseResult())));
  }

  private Map<String, Calibration> calibrations(CheckpointFile file, CascadeGraphs graphs)
      throws IOException {
    Map<String, Calibration> all = new LinkedHashMap<>();
    List<Double> gflops = graphs.stages().stream().map(StageGraph::gflops).toList();
    OfficialCalibration.of(file.extras(), gflops)
        .ifPresent(official -> all.put(OfficialCalibration.NAME, official));
    for (Path path : calibrations) {
      String fileName = path.getFileName().toString();
      String key =
          fileName.endsWith(".json") ? fileName.substring(0, fileName.length() - 5) : fileName;
      Calibration read = Manifests.calibrationFromJson(Files.readString(path));
      read.points().forEach(point -> checkThresholds(path, point.thresholds().values(), graphs));
      if (all.put(key, read) != null) {
        throw new BundleException("--calibration", path, "a file name not yet taken");
      }
    }
    return all;
  }

  private static void checkThresholds(Path path, Collection<Float> values, CascadeGraphs graphs) {
    int exits = graphs.stages().size();
    if (values.size() != exits - 1) {
      throw new BundleException(
          path + ": thresholds",
          values.size() + " values",
          (exits - 1) + ", one per exit but the last");
    }
  }

  private String modelName() {
    if (name != null) {
      return name;
    }
    Path absolute = output.toAbsolutePath().normalize();
    boolean numbered = Reports.isVersion(absolute) && absolute.getNameCount() > 1;
    return (numbered ? absolute.getParent() : absolute).getFileName().toString();
  }

  private void warnings(Weights weights) {
    List<String> unused = new ArrayList<>(weights.unused());
    if (!unused.isEmpty()) {
      String list =
          String.join(", ", unused.subList(0, Math.min(NAMES_SHOWN, unused.size())))
              + (unused.size() > NAMES_SHOWN ? ", ..." : "");
      if (strict) {
        throw new WeightsException(
            weights.source()
                + ": "
                + unused.size()
                + " unused tensors: "
                + list
                + " (expected: none with --strict)");
      }
      spec.commandLine()
          .getErr()
          .println(
              "warning: " + weights.source() + ": " + unused.size() + " unused tensors: " + list);
    }
    for (String warning : weights.warnings()) {
      spec.commandLine().getErr().println("warning: " + warning);
    }
  }

  private static void closing(Path target, PrintWriter out) {
    if (Reports.isVersion(target) && target.getParent().getParent() != null) {
      out.println("serve it: bin/dvt serve --models " + target.getParent().getParent());
    } else {
      out.println("to serve it, move it to MODELS/MODEL/NUMBER, e.g. onnx-models/my-model/1");
    }
  }
}
