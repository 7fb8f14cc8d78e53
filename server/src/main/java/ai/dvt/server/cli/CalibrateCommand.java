package ai.dvt.server.cli;

import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.pictures.LabelledPictures;
import ai.dvt.server.evaluation.recording.CalibrationRecords;
import ai.dvt.server.evaluation.recording.ChosenSetting;
import ai.dvt.server.evaluation.recording.EvaluatedModel;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.provider.ProviderException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Records what all exits say of labelled pictures and has operating points solved from it. */
@Command(
    name = "calibrate",
    sortOptions = false,
    description = {
      "Runs all exits of a model over labelled pictures, as it is served, and solves operating"
          + " points from what they said.",
      "Of a model with settings (keep rates) every setting is run, and the points are those of all"
          + " settings that no other one beats.",
      "Writes calibrations/<name>.json, which the server offers, and"
          + " calibrations/<name>.records.npy (<name>@<setting>.records.npy) in the model's version"
          + " folder. After an interrupt the"
          + " same command goes on; solving again runs no picture again."
    })
final class CalibrateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "A version folder, or a model's name.")
  private String model;

  @Mixin private DataOptions data;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What the calibration is called (default: after the data).")
  private String name;

  @Option(
      names = "--baseline",
      paramLabel = "MODEL",
      description =
          "A model calibrated under the same name on the same pictures; the default point is the"
              + " cheapest that reaches it (default: the model's own last exit).")
  private String baseline;

  @Mixin private SolverOptions solver;

  @Mixin private ModelFolders models;

  @ArgGroup(exclusive = false, heading = "%nProviders:%n")
  private ProviderOptions providers = new ProviderOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean help;

  @Override
  public Integer call()
      throws EvaluationException, ProviderException, IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    ModelVersion version = models.find(model);
    String called = name == null ? data.name() : name;
    if (!called.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new EvaluationException(
          "--name", '"' + called + '"', "letters, digits, '.', '_' and '-', not first a sign");
    }
    List<String> arguments = new ArrayList<>(List.of(version.folder().toString()));
    arguments.addAll(List.of("--name", called, "--described", data.described()));
    arguments.addAll(solver.arguments());
    if (baseline != null) {
      ModelVersion other = models.find(baseline);
      String setting = other.manifest().settings().get(0);
      if (!Files.exists(ExitRecordsFile.in(other.folder(), called, setting))) {
        throw new EvaluationException(
            "--baseline",
            baseline + ", not calibrated as \"" + called + '"',
            "a model calibrated before under the same name: dvt calibrate " + baseline);
      }
      arguments.addAll(List.of("--baseline", other.folder().toString()));
    }
    record(version, called, err);
    return SolverProcess.run(arguments, out);
  }

  /** Runs every setting over the pictures. */
  private void record(ModelVersion version, String called, PrintWriter err)
      throws EvaluationException, ProviderException, IOException, InterruptedException {
    LabelledPictures pictures = data.open(version.labels(), err);
    try (Device device = providers.open(SessionSettings.DEFAULT, Defaults.engine().workers())) {
      List<ChosenSetting> settings = ChosenSetting.of(version, device.provider());
      solver.check(settings.stream().map(ChosenSetting::gflops).toList());
      for (ChosenSetting setting : settings) {
        try (EvaluatedModel running = EvaluatedModel.open(setting, device)) {
          RecordingRun.run(
              running, pictures, CalibrationRecords.file(setting, called), Set.of(), err);
        }
      }
    }
  }
}
