package ai.dvt.server.cli;

import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.pictures.LabelledPictures;
import ai.dvt.server.evaluation.recording.CalibrationRecords;
import ai.dvt.server.evaluation.recording.ChosenSetting;
import ai.dvt.server.evaluation.recording.EvaluatedModel;
import ai.dvt.server.evaluation.recording.Recording;
import ai.dvt.server.evaluation.report.EasyAndHard;
import ai.dvt.server.evaluation.report.EvaluationReport;
import ai.dvt.server.evaluation.report.Figure;
import ai.dvt.server.evaluation.report.Plots;
import ai.dvt.server.evaluation.report.RecordedModel;
import ai.dvt.server.evaluation.report.RecordedSetting;
import ai.dvt.server.evaluation.report.ReportFiles;
import ai.dvt.server.evaluation.report.ShownPictures;
import ai.dvt.server.evaluation.report.SpeedRounds;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.provider.ProviderException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares models on labelled pictures and writes a report. */
@Command(
    name = "evaluate",
    sortOptions = false,
    description = {
      "Runs all exits of every model over labelled pictures once, replays every operating point"
          + " from what they said, measures how fast some of them run, and writes report.json,"
          + " report.md and report.html.",
      "Of a model with settings (keep rates) every setting is a point of its curve.",
      "A model with one exit that drops no tokens is a baseline. Others are compared with it at the"
          + " point that their calibration chose, never at one chosen on these pictures. After an"
          + " interrupt the same command goes on."
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final int MEASURED_PICTURES = 1000;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      arity = "1..*",
      description = "Version folders, or models' names.")
  private List<String> models;

  @Mixin private DataOptions data;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the report; exit records are kept there too.")
  private Path output;

  @Option(
      names = "--force",
      description = "Evaluate pictures that a calibration has seen, all the same.")
  private boolean force;

  @Option(names = "--no-speed", description = "Do not measure throughput.")
  private boolean noSpeed;

  @Option(names = "--no-pictures", description = "Show no pictures in the report.")
  private boolean noPictures;

  @Mixin private ModelFolders folders;

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
    List<ModelVersion> versions = new ArrayList<>();
    for (String model : models) {
      versions.add(folders.find(model));
    }
    List<RecordedModel> recorded = new ArrayList<>();
    LabelledPictures pictures = data.open(versions.get(0).labels(), err);
    EvaluationReport report;
    try (Device device = providers.open(SessionSettings.DEFAULT, Defaults.engine().workers())) {
      for (ModelVersion version : versions) {
        recorded.add(record(version, versions, device, err));
      }
      report = EvaluationReport.of(data.described(), recorded);
      if (!noSpeed) {
        ProgressBar bar = new ProgressBar("speed", "runs", err);
        report = report.measured(SpeedRounds.measure(report, device, sample(pictures), bar));
      }
    }
    List<ShownPictures> shown = new ArrayList<>();
    for (RecordedModel model : recorded) {
      if (!noPictures && model.cascade()) {
        shown.addAll(new EasyAndHard(model).of(pictures));
      }
    }
    ReportFiles.write(report, figures(report, err), shown, output);
    ReportFiles.sentences(report).forEach(out::println);
    out.println("wrote " + output.resolve("report.html") + ", report.md and report.json");
    return 0;
  }

  private RecordedModel record(
      ModelVersion version, List<ModelVersion> all, Device device, PrintWriter err)
      throws EvaluationException, IOException, InterruptedException {
    boolean alone = all.stream().filter(v -> v.name().equals(version.name())).count() == 1;
    LabelledPictures pictures = data.open(version.labels(), err);
    List<RecordedSetting> settings = new ArrayList<>();
    for (ChosenSetting setting : ChosenSetting.of(version, device.provider())) {
      settings.add(record(setting, pictures, device, err));
    }
    return new RecordedModel(
        alone ? version.name() : version.name() + "/" + version.version(), settings);
  }

  private RecordedSetting record(
      ChosenSetting setting, LabelledPictures pictures, Device device, PrintWriter err)
      throws EvaluationException, IOException, InterruptedException {
    Map<String, ExitRecords> calibrations = CalibrationRecords.of(setting);
    Set<String> refused = new HashSet<>();
    if (!force) {
      calibrations.values().forEach(records -> refused.addAll(records.sha256s()));
    }
    String name = setting.version().name() + "-" + setting.version().version();
    String file =
        name + (setting.setting().isEmpty() ? "" : "@" + setting.setting()) + ".records.npy";
    try (EvaluatedModel running = EvaluatedModel.open(setting, device)) {
      Recording recording =
          RecordingRun.run(
              running, pictures, output.resolve("records").resolve(file), refused, err);
      return new RecordedSetting(setting, recording, calibrations);
    }
  }

  /** Pictures spread over the whole data. */
  private static List<byte[]> sample(LabelledPictures pictures)
      throws EvaluationException, IOException, InterruptedException {
    int wanted = Math.min(MEASURED_PICTURES, pictures.size());
    List<byte[]> files = new ArrayList<>();
    int[] at = {0};
    pictures.visit(
        picture -> {
          if ((long) at[0]++ * wanted / pictures.size() == files.size()) {
            files.add(picture.file());
          }
          return files.size() < wanted;
        });
    return files;
  }

  private static List<Figure> figures(EvaluationReport report, PrintWriter err) throws IOException {
    try {
      return Plots.of(report);
    } catch (LinkageError | InternalError e) {
      err.println(
          "dvt: plots: " + e + " (expected: fonts; the JDK needs fontconfig and one font to draw)");
      return List.of();
    }
  }
}
