package ai.dvt.server.cli;

import ai.dvt.server.config.BuildCommit;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.grpc.ModelDescriber;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.RuntimeVersion;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ProviderException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt raw-chain}: a model's stages in a plain loop, round by round on command. */
@Command(
    name = "raw-chain",
    sortOptions = false,
    description = {
      "Runs a model's stages in a plain loop over full batches, without a server: what the server"
          + " is compared with. 'dvt bench --raw-chain' starts it.",
      "Prints the model's description as one line of JSON, then reads commands from its input, one"
          + " line of JSON each, and answers each with one line, until the input ends:",
      "  @|bold {\"picture\":{\"form\":\"jpeg|uint8|float32\",\"shape\":[...],\"data\":BASE64},"
          + "\"truth\":LABEL}|@",
      "  @|bold {\"round\":{\"seconds\":5,\"ramp\":1,\"firstImage\":0,\"policy\":TEXT}}|@ or, instead"
          + " of a policy, @|bold \"exits\":[0.6,0.25,0.15],\"seed\":1|@"
    })
final class RawChainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "A version folder, or a model's name.")
  private String model;

  @Mixin private ModelFolders folders;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Chains side by side (default: one a core).")
  private int workers = Defaults.engine().workers();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of one run (default: ${DEFAULT-VALUE}).")
  private int threads = SessionSettings.DEFAULT.threads();

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      description = "Images in a run (default: ${DEFAULT-VALUE}).")
  private int maxBatch = Defaults.BATCH;

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
    ModelVersion version = folders.find(model);
    SessionSettings settings =
        new SessionSettings(
            threads, SessionSettings.DEFAULT.arena(), SessionSettings.DEFAULT.memoryPattern());
    try (Device device = providers.open(settings, workers);
        CascadeSessions sessions = open(version, device)) {
      InputRows rows =
          new InputRows(
              new PictureDecoder(PictureLimits.DEFAULT), version.manifest().preprocessing());
      PrintWriter out = spec.commandLine().getOut();
      out.println(
          ModelDescriber.json(
              new ServedModel(
                  version,
                  new ServedCascade(version.name() + "/" + version.version(), sessions),
                  rows,
                  device.provider(),
                  new ServedModel.Execution(
                      RuntimeVersion.text(),
                      device.workers(),
                      threads,
                      maxBatch,
                      BuildCommit.id()))));
      out.flush();
      new RawChainRounds(version, device, sessions, rows, device.workers())
          .serve(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), out);
    }
    return 0;
  }

  private CascadeSessions open(ModelVersion version, Device device) throws EvaluationException {
    try {
      return device.open(
          version.folder(), version.manifest(), version.variantFor(device.provider()), maxBatch);
    } catch (RepositoryException | StageException e) {
      throw new EvaluationException(
          version.name() + "/" + version.version(), e.getMessage(), "a model that runs");
    }
  }
}
