package ai.dvt.server.cli;

import ai.dvt.server.CascadeServer;
import ai.dvt.server.HttpFront;
import ai.dvt.server.ServerException;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.HttpSettings;
import ai.dvt.server.config.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves models until it is told to end. */
@Command(
    name = "serve",
    sortOptions = false,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:told to end, and ended in order",
      "1:it cannot start, or failed",
      "2:an option or the configuration file is wrong",
      "130:interrupted before it served"
    },
    description = {
      "Serves every <model>/<version>/ folder over gRPC (cascade.v1.CascadeService, health and"
          + " reflection).",
      "On SIGTERM it takes no new images, answers the admitted ones and ends with status 0.",
      "Sizes read like 64MiB or 2g, durations like 30s, 5m or 200us."
    })
final class ServeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean help;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML with lines of KEY: VALUE, a key being an option below; flags win.")
  private Path configFile;

  @Option(
      names = "--print-config",
      description = "Check everything, print the settings as such a file, and end.")
  private boolean printConfig;

  @Option(
      names = "--models",
      required = true,
      paramLabel = "DIR",
      description = "Folder of models.")
  private Path models;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Where to listen (default: ${DEFAULT-VALUE}, this machine only).")
  private String host = Defaults.HOST;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "0: any free one (default: ${DEFAULT-VALUE}).")
  private int port = Defaults.PORT;

  @Option(
      names = "--port-file",
      paramLabel = "FILE",
      description = "Gets the port's number once the server serves.")
  private Path portFile;

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "After it, at the end, open calls are cut (default: 30s).")
  private Duration drainTimeout = Defaults.DRAIN_TIMEOUT;

  @ArgGroup(exclusive = false, heading = "%nAccess (files are read again when they change):%n")
  private AccessOptions access = new AccessOptions();

  @ArgGroup(exclusive = false, heading = "%nRepository:%n")
  private RepositoryOptions repository = new RepositoryOptions();

  @ArgGroup(exclusive = false, heading = "%nStages:%n")
  private EngineOptions engine = new EngineOptions();

  @ArgGroup(exclusive = false, heading = "%nProviders:%n")
  private TrialProviderOptions providers = new TrialProviderOptions();

  @ArgGroup(exclusive = false, heading = "%nLoad and drift:%n")
  private AdaptationOptions adaptation = new AdaptationOptions();

  @ArgGroup(exclusive = false, heading = "%nCalls:%n")
  private CallOptions calls = new CallOptions();

  @ArgGroup(exclusive = false, heading = "%nConnections:%n")
  private ConnectionOptions connections = new ConnectionOptions();

  @ArgGroup(exclusive = false, heading = "%nHTTP:%n")
  private HttpOptions http = new HttpOptions();

  @ArgGroup(exclusive = false, heading = "%nLogs and traces:%n")
  private ObservationOptions observation = new ObservationOptions();

  @Override
  public Integer call() throws ServerException, IOException, InterruptedException {
    observation.applyLogging();
    PrintWriter out = spec.commandLine().getOut();
    if (printConfig) {
      settings();
      ConfigPrinter.print(spec, spec.commandLine().getParseResult(), out);
      return 0;
    }
    ServerConfig config = settings();
    Optional<HttpSettings> web = http.settings(host, access.settings());
    CascadeServer server = CascadeServer.start(config, observation.watcher());
    out.println(server.deviceChoice());
    new StartReport(out).print(server.catalogue());
    PrintWriter err = spec.commandLine().getErr();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, out, err), "drain"));
    if (web.isPresent()) {
      openHttp(server, web.get(), out);
    }
    if (portFile != null) {
      writePort(portFile, server.port());
    }
    out.println("listening on " + host + ":" + server.port());
    out.flush();
    new CountDownLatch(1).await(); // until a signal ends the process
    return 0;
  }

  /**
   * What the options say together.
   *
   * @throws ai.dvt.server.config.ConfigException naming the option that cannot be
   */
  ServerConfig settings() {
    http.settings(host, access.settings());
    return new ServerConfig(
        models,
        host,
        port,
        engine.limits(),
        calls.limits(),
        connections.limits(),
        drainTimeout,
        providers.settings(),
        adaptation.adaptation(),
        repository.settings(),
        access.settings());
  }

  /** The port lives as long as the process. */
  private void openHttp(CascadeServer server, HttpSettings web, PrintWriter out)
      throws ServerException, IOException {
    HttpFront front = HttpFront.open(server, web);
    if (http.portFile().isPresent()) {
      writePort(http.portFile().get(), front.port());
    }
    out.println((web.page() ? "page: http://" : "http: http://") + host + ":" + front.port() + "/");
  }

  /** Runs when the process is told to end; ends it with 0, which a signal alone would not. */
  private static void end(CascadeServer server, PrintWriter out, PrintWriter err) {
    int status = 1;
    try {
      out.println("draining");
      server.drain();
      out.println("stopped");
      status = 0;
    } catch (RuntimeException | Error e) {
      err.println("dvt: a defect of the server:");
      e.printStackTrace(err);
    } finally {
      out.flush();
      err.flush();
      Runtime.getRuntime().halt(status);
    }
  }

  /** All at once: whoever sees the file can read the whole number. */
  private static void writePort(Path file, int port) throws IOException {
    Path target = file.toAbsolutePath();
    Path whole = Files.createTempFile(target.getParent(), ".port", "");
    Files.writeString(whole, port + "\n");
    Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
