package ai.dvt.server.cli;

import ai.dvt.server.EngineBuild;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.ProviderSettings;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.ProviderException;
import ai.dvt.server.runtime.provider.Providers;
import ai.dvt.server.trial.ModelTrial;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Builds a provider's engines ahead of the server's start. */
@Command(
    name = "compile",
    sortOptions = false,
    description = {
      "Has the first provider that works compile every stage, as serve with the same provider"
          + " options and --max-batch would at its start, and tries the result.",
      "Ends with 0 where nothing is to compile, with 1 if a stage does not compile or a server"
          + " would not serve what was compiled."
    })
final class CompileCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", arity = "1..*", description = "Version folders or names.")
  private List<String> models;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      converter = BatchConverter.class,
      description = "As serve's; auto: every size that serve may pick (default).")
  private OptionalInt maxBatch = Defaults.engine().maxBatch();

  @Mixin private ModelFolders folders;

  @ArgGroup(exclusive = false, heading = "%nProviders:%n")
  private TrialProviderOptions providers = new TrialProviderOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean help;

  @Override
  public Integer call()
      throws EvaluationException, ProviderException, RepositoryException, StageException {
    EngineLimits usual = Defaults.engine();
    new EngineLimits(
        usual.workers(), usual.mode(), maxBatch, usual.maxQueueDelays(), usual.queue());
    List<ModelVersion> versions = new ArrayList<>();
    for (String model : models) {
      versions.add(folders.find(model));
    }
    ProviderSettings settings = providers.settings();
    ExecutionProvider provider = new Providers(settings).choose();
    PrintWriter out = spec.commandLine().getOut();
    if (!provider.compiles()) {
      out.println(provider.name() + ": nothing to compile, its sessions open within the start");
      provider.close();
      return 0;
    }
    ModelTrial trial =
        new ModelTrial(settings.parityPictures(), new PictureDecoder(PictureLimits.DEFAULT));
    try (EngineBuild build = new EngineBuild(provider, settings.handover(), trial)) {
      return compile(provider.name(), build, build.steps(versions, maxBatch), out);
    }
  }

  private int compile(
      String provider, EngineBuild build, List<EngineBuild.Step> steps, PrintWriter out)
      throws StageException {
    int total = steps.stream().mapToInt(EngineBuild.Step::stages).sum();
    ProgressBar bar = new ProgressBar("compile", "stages", spec.commandLine().getErr());
    int done = 0;
    boolean failed = false;
    for (EngineBuild.Step step : steps) {
      for (int stage = 1; stage <= step.stages(); stage++) {
        bar.at(done, 0, total);
        done++;
        bar.note(done + " of " + total + ": " + step + ", stage " + stage + " of " + step.stages());
        bar.note(String.format(Locale.ROOT, "  %.1f s", build.compile(step, stage)));
      }
      EngineBuild.Start start = build.start(step);
      failed |= !start.problems().isEmpty();
      out.println(
          String.format(
              Locale.ROOT, "%s on %s: opens in %.1f s", step, provider, start.openSeconds()));
      start.precision().ifPresent(said -> out.println("  " + said));
      start.problems().forEach(problem -> out.println("  ! " + problem));
      out.flush();
    }
    bar.at(total, 0, total);
    return failed ? 1 : 0;
  }
}
