package ai.dvt.server.cli;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.engine.load.LoadPlan;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.plan.ModelPlan;
import ai.dvt.server.evaluation.plan.PlanTable;
import ai.dvt.server.evaluation.report.PlanPlot;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.provider.ProviderException;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints and plots what the server does at each arrival rate when it may adapt to load. */
@Command(
    name = "plan",
    sortOptions = false,
    description = {
      "Measures a model's stages on this machine and prints the plan that 'serve --adapt-to-load on'"
          + " makes: up to which arrival rate which operating point, with which batches.",
      "Accuracies are those of the calibration."
    })
final class PlanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "A version folder, or a model's name.")
  private String model;

  @Option(
      names = "--baseline",
      paramLabel = "MODEL",
      description = "A model without early exit to compare with.")
  private String baseline;

  @Option(
      names = "--objective",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "The latency to plan for (default: 200ms).")
  private Duration objective = LoadPlan.USUAL_OBJECTIVE;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that run stages (default: one a core).")
  private int workers = Defaults.engine().workers();

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      description = "Most images in a run (default: 8).")
  private int maxBatch = 8;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Gets plan.json and plan.png (default: nothing is written).")
  private Path output;

  @Option(names = "--json", description = "Print JSON instead of the table.")
  private boolean json;

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
    check(workers >= 1, "--workers", workers, ">= 1");
    check(maxBatch >= 1 && maxBatch <= 1024, "--max-batch", maxBatch, "1 to 1024");
    check(!objective.isNegative() && !objective.isZero(), "--objective", objective, "> 0");
    ModelPlan plan;
    Optional<ModelPlan> other;
    try (Device device = providers.open(SessionSettings.DEFAULT, workers)) {
      plan = measure(model, device);
      other = baseline == null ? Optional.empty() : Optional.of(measure(baseline, device));
    }
    String text =
        new GsonBuilder().setPrettyPrinting().create().toJson(PlanTable.json(plan, other));
    if (json) {
      out.println(text);
    } else {
      PlanTable.lines(plan).forEach(out::println);
      other.ifPresent(
          compared -> {
            PlanTable.lines(compared).forEach(out::println);
            out.println(PlanTable.comparison(plan, compared));
          });
    }
    if (output != null) {
      Files.createDirectories(output);
      Files.writeString(output.resolve("plan.json"), text + "\n");
      if (plan.plan().levels().stream().anyMatch(l -> l.point().accuracy().isPresent())) {
        Files.write(output.resolve("plan.png"), PlanPlot.png(plan, other));
      } else {
        spec.commandLine()
            .getErr()
            .println("dvt: " + plan.name() + ": no plot (expected: a calibration with accuracies)");
      }
    }
    return 0;
  }

  private static void check(boolean holds, String option, Object got, String rule)
      throws EvaluationException {
    if (!holds) {
      throw new EvaluationException(option, got, rule);
    }
  }

  private ModelPlan measure(String name, Device device)
      throws EvaluationException, InterruptedException {
    return ModelPlan.measure(models.find(name), device, maxBatch, objective);
  }
}
