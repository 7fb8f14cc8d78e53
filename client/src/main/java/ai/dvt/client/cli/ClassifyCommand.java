package ai.dvt.client.cli;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.PictureBudget;
import ai.dvt.client.call.Priority;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt classify}: classifies pictures. */
@Command(name = "classify", description = "Classifies pictures.", sortOptions = false)
final class ClassifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private HelpOption help;
  @Mixin private ServerOptions server;
  @Mixin private ModelOptions model;

  @Parameters(
      arity = "1..*",
      paramLabel = "PICTURE",
      description = "JPEG, PNG, BMP or GIF files, or folders of them.")
  private List<Path> pictures;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "1",
      description = "Labels a picture (default: 1).")
  private int topK;

  @Option(
      names = "--deadline",
      paramLabel = "SECONDS",
      description = "Give up after this many seconds (default: never).")
  private Double deadlineSeconds;

  @Option(
      names = "--total-gflops",
      paramLabel = "GFLOPS",
      description =
          "Compute of all pictures together: the least confident get more of it (default: no such"
              + " bound).")
  private Double totalGflops;

  @Option(
      names = "--priority",
      paramLabel = "KIND",
      description = "On a busy server: interactive (default) or batch, which lets others pass.")
  private Priority priority = Priority.INTERACTIVE;

  @Option(names = "--json", description = "Print one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Optional<ExitPolicy> policy = model.policy();
    List<Path> files = PictureFiles.expand(pictures);
    try (ServerOptions.Connection connection = server.open(model.id(), List.of())) {
      ModelId id = model.id().orElseGet(() -> ModelChoice.onlyOne(connection.client()));
      ModelDescription description = connection.client().describe(id);
      policy.ifPresent(description::bind);
      List<Classified> classified =
          PictureRun.classify(
              connection.client(), options(id, policy, files.size()), description.labels(), files);
      if (json) {
        JsonObject report = new JsonObject();
        report.addProperty("model", description.model().name());
        description.model().version().ifPresent(v -> report.addProperty("version", v));
        report.add("pictures", RunReport.pictures(classified, description.labels()));
        RunReport.print(report, out);
      } else {
        RunReport.table(classified, description.labels(), out);
      }
      return classified.stream().allMatch(c -> c.answer().isPresent())
          ? ExitCode.OK
          : ExitCode.SOFTWARE;
    }
  }

  private ClassifyOptions options(ModelId id, Optional<ExitPolicy> policy, int pictures) {
    return new ClassifyOptions(
        id,
        policy,
        topK,
        Optional.ofNullable(deadlineSeconds).map(s -> Duration.ofNanos(Math.round(s * 1e9))),
        Optional.ofNullable(totalGflops).map(total -> new PictureBudget(pictures, total)),
        priority);
  }
}
