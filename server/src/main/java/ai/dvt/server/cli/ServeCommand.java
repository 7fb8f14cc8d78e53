package ai.dvt.server.cli;

import ai.dvt.server.CascadeServer;
import ai.dvt.server.HttpFront;
import ai.dvt.server.ServerException;
import ai.dvt.server.config.CallLimits;
import ai.dvt.server.config.ConnectionLimits;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.HttpSettings;
import ai.dvt.server.config.Mode;
import ai.dvt.server.config.QueueLimits;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.runtime.capi.NativeException;
import ai.dvt.server.runtime.capi.NativeRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

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
  private ProviderOptions providers = new ProviderOptions();

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
    keepEnvironment();
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

  /** Stages run on while the server drains. */
  private static void keepEnvironment() {
    try {
      NativeRuntime.keepEnvironment();
    } catch (NativeException e) {
      LOG.warn("draining may end early: {}", e.getMessage());
    }
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

  /** How stages run. */
  static final class EngineOptions {
    private final EngineLimits defaults = Defaults.engine();

    @Option(
        names = "--workers",
        paramLabel = "N",
        description = "Threads that run stages (default: one a core).")
    private int workers = defaults.workers();

    @Option(
        names = "--mode",
        paramLabel = "MODE",
        description =
            "throughput: one-thread workers; latency: one worker with all threads; auto: measured"
                + " at start (default).")
    private Mode mode = defaults.mode();

    @Option(
        names = "--max-batch",
        paramLabel = "N",
        converter = BatchConverter.class,
        description = "Most images in a run; auto: measured at start (default).")
    private OptionalInt maxBatch = defaults.maxBatch();

    @Option(
        names = "--max-queue-delay",
        paramLabel = "TIME[,TIME...]",
        split = ",",
        converter = DurationConverter.class,
        description =
            "How long a partial batch waits while a full one runs first, by stage, the last for all"
                + " further ones (default: twice the time of the stage's full batch).")
    private List<Duration> maxQueueDelays = defaults.maxQueueDelays();

    @Option(
        names = "--queue-rows",
        paramLabel = "N",
        description = "Admitted images (default: 1024).")
    private int queueRows = defaults.queue().rows();

    @Option(
        names = "--queue-bytes",
        paramLabel = "SIZE",
        converter = BytesConverter.class,
        description =
            "Pictures and handed-over tensors of all admitted images"
                + " (default: half the heap's limit).")
    private long queueBytes = defaults.queue().bytes();

    @Option(
        names = "--client-key-header",
        paramLabel = "NAME",
        description =
            "Metadata that tells clients apart, who then take turns"
                + " (default: their addresses do).")
    private String clientKeyHeader;

    @Option(
        names = "--memory-limit",
        paramLabel = "SIZE",
        converter = BytesConverter.class,
        description =
            "What the process is to stay under, on Linux: lowers --queue-bytes, or refuses to"
                + " start; near it images come in one at a time (default: no limit).")
    private Long memoryLimit;

    EngineLimits limits() {
      return new EngineLimits(
          workers,
          mode,
          maxBatch,
          maxQueueDelays,
          new QueueLimits(
              queueRows,
              queueBytes,
              Optional.ofNullable(clientKeyHeader),
              memoryLimit == null ? OptionalLong.empty() : OptionalLong.of(memoryLimit)));
    }
  }

  /** What callers may take. */
  static final class CallOptions {
    private final CallLimits defaults = Defaults.calls();

    @Option(
        names = "--max-message-bytes",
        paramLabel = "SIZE",
        converter = BytesConverter.class,
        description = "Largest request message (default: 64MiB).")
    private long maxMessageBytes = defaults.maxMessageBytes();

    @Option(
        names = "--max-inflight-request-bytes",
        paramLabel = "SIZE",
        converter = BytesConverter.class,
        description =
            "Request messages of all calls, acquired before one is read"
                + " (default: a quarter of the heap's limit).")
    private long maxInflightRequestBytes = defaults.maxInflightRequestBytes();

    @Option(
        names = "--message-timeout",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "Within which an admitted message has to arrive (default: 60s).")
    private Duration messageTimeout = defaults.messageTimeout();

    @Option(
        names = "--images-per-request",
        paramLabel = "N",
        description = "Of one Classify (default: 1024).")
    private int imagesPerRequest = defaults.imagesPerRequest();

    @Option(
        names = "--images-per-stream",
        paramLabel = "N",
        description = "On the way at one time (default: 256).")
    private int imagesPerStream = defaults.imagesPerStream();

    @Option(
        names = "--client-driven-bytes",
        paramLabel = "SIZE",
        converter = BytesConverter.class,
        description =
            "Images on the way in all Cascade streams of one connection, with what they hand over"
                + " (default: half of the default queue).")
    private long clientDrivenBytes = defaults.clientDrivenBytes();

    @Option(
        names = "--idle-limit",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "How long an image waits for CONTINUE or STOP (default: 30s).")
    private Duration idleLimit = defaults.idleLimit();

    CallLimits limits() {
      return new CallLimits(
          (int) Math.min(maxMessageBytes, Integer.MAX_VALUE),
          maxInflightRequestBytes,
          messageTimeout,
          imagesPerRequest,
          imagesPerStream,
          clientDrivenBytes,
          idleLimit);
    }
  }

  /** What a connection may be. */
  static final class ConnectionOptions {
    private final ConnectionLimits defaults = Defaults.connections();

    @Option(
        names = "--streams-per-connection",
        paramLabel = "N",
        description = "Calls at one time (default: 256).")
    private int streams = defaults.streams();

    @Option(
        names = "--keepalive",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "Silence before the client is asked whether it lives (default: 40s).")
    private Duration keepAlive = defaults.keepAlive();

    @Option(
        names = "--keepalive-timeout",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "Within which it has to say so (default: 20s).")
    private Duration keepAliveTimeout = defaults.keepAliveTimeout();

    @Option(
        names = "--connection-idle",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "Connections without calls are closed after it (default: never).")
    private Duration idle;

    @Option(
        names = "--connection-age",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "Connections are asked to go after it (default: never).")
    private Duration age;

    @Option(
        names = "--connection-age-grace",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "For calls under way then (default: 30s).")
    private Duration ageGrace = defaults.ageGrace();

    ConnectionLimits limits() {
      return new ConnectionLimits(
          streams,
          keepAlive,
          keepAliveTimeout,
          Optional.ofNullable(idle),
          Optional.ofNullable(age),
          ageGrace);
    }
  }
}
