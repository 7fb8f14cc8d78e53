package ai.dvt.server.cli;

import ai.dvt.server.config.Handover;
import ai.dvt.server.evaluation.ChainCase;
import ai.dvt.server.evaluation.ChainRounds;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.ProviderException;
import ai.dvt.server.runtime.provider.Providers;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times models on providers, with the hand-over on the host and on the device. */
@Command(
    name = "measure",
    sortOptions = false,
    description = {
      "Runs the stages of models in a plain loop on one thread, without a server, over random"
          + " pictures that leave in given shares; every model on every named provider, in turns.",
      "With --handover auto each runs with the hand-over on the host and on the device."
    })
final class MeasureCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL",
      arity = "1..*",
      description = "Version folders or names; ratios are against the first.")
  private List<String> models;

  @Option(
      names = "--batch",
      paramLabel = "N",
      split = ",",
      description = "Images of a full batch (default: 8).")
  private List<Integer> batches = List.of(8);

  @Option(
      names = "--exits",
      paramLabel = "SHARE",
      split = ",",
      description = "Shares that leave at each exit (default: 0.6,0.25,0.15).")
  private List<Double> shares = List.of(0.6, 0.25, 0.15);

  @Option(names = "--images", paramLabel = "N", description = "Of one pass (default: 64).")
  private int images = 64;

  @Option(names = "--rounds", paramLabel = "N", description = "Of measuring (default: 7).")
  private int rounds = 7;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Of one run on the CPU (default: 1).")
  private int threads = 1;

  @Mixin private ModelFolders folders;

  @ArgGroup(exclusive = false, heading = "%nProviders:%n")
  private ProviderOptions providers = new ProviderOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean help;

  @Override
  public Integer call() throws EvaluationException, ProviderException, StageException {
    require(images >= 1, "images", images, ">= 1");
    require(rounds >= 1, "rounds", rounds, ">= 1");
    require(threads >= 1, "threads", threads, ">= 1");
    require(batches.stream().allMatch(b -> b >= 1 && b <= 1024), "batch", batches, "1 to 1024");
    require(
        shares.stream().allMatch(s -> s >= 0)
            && Math.abs(shares.stream().mapToDouble(s -> s).sum() - 1) < 1e-6,
        "exits",
        shares,
        ">= 0, together 1");
    List<ModelVersion> versions = new ArrayList<>();
    for (String model : models) {
      versions.add(folders.find(model));
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println("| batch | model | images/s | against the first | between the stages |");
    out.println("|---|---|---|---|---|");
    List<ExecutionProvider> opened = new ArrayList<>();
    try {
      Providers found = new Providers(providers.settings());
      for (String name : found.candidates()) {
        opened.add(found.open(name));
      }
      for (int batch : batches) {
        measure(versions, opened, batch, out);
      }
    } finally {
      opened.forEach(ExecutionProvider::close);
    }
    return 0;
  }

  private void measure(
      List<ModelVersion> versions, List<ExecutionProvider> opened, int batch, PrintWriter out)
      throws EvaluationException, StageException {
    List<ChainCase> cases = new ArrayList<>();
    try {
      open(versions, opened, batch, cases);
      for (ChainRounds.Row row :
          new ChainRounds(cases).measure(Math.max(images, batch), batch, shares, rounds)) {
        out.println(line(row));
        out.flush();
      }
    } finally {
      cases.forEach(ChainCase::close);
    }
  }

  private void open(
      List<ModelVersion> versions, List<ExecutionProvider> opened, int batch, List<ChainCase> cases)
      throws EvaluationException {
    SessionSettings sessions =
        new SessionSettings(
            threads, SessionSettings.DEFAULT.arena(), SessionSettings.DEFAULT.memoryPattern());
    List<Handover> handovers =
        providers.settings().handover() == Handover.AUTO
            ? List.of(Handover.HOST, Handover.DEVICE)
            : List.of(providers.settings().handover());
    for (ModelVersion version : versions) {
      for (ExecutionProvider provider : opened) {
        for (Handover handover : handovers) {
          cases.add(ChainCase.open(version, provider, sessions, handover, batch));
        }
      }
    }
  }

  private static String line(ChainRounds.Row row) {
    double[] ratio = row.ratio();
    return String.format(
        Locale.ROOT,
        "| %d | %s | %.1f | %.3f [%.3f, %.3f] | %.2f %% |",
        row.batch(),
        row.name(),
        row.imagesPerSecond(),
        ratio[1],
        ratio[0],
        ratio[2],
        100 * row.between());
  }

  private static void require(boolean holds, String option, Object got, String rule)
      throws EvaluationException {
    if (!holds) {
      throw new EvaluationException("--" + option, got, rule);
    }
  }
}
