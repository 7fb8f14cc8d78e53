package ai.dvt.server;

import ai.dvt.server.calls.CallWatcher;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.engine.CascadeEngine;
import ai.dvt.server.engine.EngineSettings;
import ai.dvt.server.engine.MemoryWatch;
import ai.dvt.server.grpc.CallTurns;
import ai.dvt.server.grpc.CascadeService;
import ai.dvt.server.grpc.GrpcEndpoint;
import ai.dvt.server.grpc.ImageIntake;
import ai.dvt.server.grpc.LocalCalls;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.ModelControl;
import ai.dvt.server.grpc.OpenCalls;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.grpc.access.Access;
import ai.dvt.server.grpc.access.AccessException;
import ai.dvt.server.grpc.oip.InferenceService;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.metrics.Readings;
import ai.dvt.server.metrics.ServerMetrics;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.repository.RepositoryListing;
import ai.dvt.server.runtime.ProcessMemory;
import ai.dvt.server.trial.ModelTrial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: device, engine, models and the address they answer on. */
public final class CascadeServer implements AutoCloseable {
  /** For what is still being sent when everything is answered. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(CascadeServer.class);

  private final ServerConfig config;
  private final Access access;
  private final List<DeviceChoice.Way> ways;
  private final FirstLoad first;

  /** How the device's threads are used; one of {@link #ways}, the last word before models load. */
  private volatile DeviceChoice.Way way;

  private final CascadeEngine engine;
  private final ExecutorService decoders;
  private final OpenCalls openCalls = new OpenCalls();
  private final CallWatcher watcher;
  private final ServerMetrics metrics = new ServerMetrics();
  private final LiveModels models;
  private final GrpcEndpoint endpoint;
  private volatile boolean leaving;
  private final ModelHealth health;
  private Optional<MemoryWatch> memoryWatch = Optional.empty();
  private boolean closed;

  private CascadeServer(ServerConfig config, CallWatcher watcher) throws ServerException {
    this.config = config;
    this.watcher = watcher;
    this.access = access(config);
    this.ways = new DeviceChoice(config).open();
    this.way = ways.get(0);
    this.engine =
        new CascadeEngine(
            new EngineSettings(config.engine().queue().bytes(), config.engine().queue().rows()));
    SessionOpener opener = new SessionOpener(config.engine());
    this.first = new FirstLoad(opener, config.repository());
    this.decoders = decoders(config.engine().workers());
    CallTurns turns = new CallTurns();
    Retirement retirement = new Retirement(turns, config.drainTimeout());
    this.models =
        new LiveModels(
            config.models(),
            config.repository(),
            new VersionLoader(loader(opener), first, config.repository(), retirement),
            retirement,
            this::tellHealth);
    ImageIntake intake = new ImageIntake(engine, decoders);
    try {
      this.endpoint =
          GrpcEndpoint.open(
              new InetSocketAddress(config.host(), config.port()),
              List.of(
                  new CascadeService(models::catalogue, intake, openCalls, config.calls()),
                  InferenceService.of(
                      models::catalogue,
                      intake,
                      openCalls,
                      config.calls(),
                      config.repository().control() ? Optional.of(models) : Optional.empty())),
              List.of(turns, watcher, metrics.calls()),
              access,
              config.calls(),
              config.connections(),
              config.engine().queue().clientKeyHeader());
    } catch (IOException | RuntimeException e) {
      closeInside();
      throw new ServerException(
          "host, port",
          config.host() + ":" + config.port() + ", " + rootMessage(e),
          "an address of this machine that nobody uses",
          e);
    }
    this.health =
        new ModelHealth(
            endpoint, List.of("cascade.v1.CascadeService", "inference.GRPCInferenceService"));
  }

  private void tellHealth(ModelCatalogue catalogue) {
    health.tell(catalogue);
  }

  /** As {@link #start(ServerConfig, CallWatcher)}, without spans. */
  public static CascadeServer start(ServerConfig config) throws ServerException {
    return start(config, CallWatcher.quiet());
  }

  /**
   * Takes the address, loads the models and begins to serve. NOT_SERVING until all models were
   * tried.
   *
   * @param watcher told of every call, the server's from now on
   * @throws ServerException if the address cannot be had or no model can be served
   */
  public static CascadeServer start(ServerConfig config, CallWatcher watcher)
      throws ServerException {
    CascadeServer server = new CascadeServer(config, watcher);
    try {
      if (config.engine().queue().memory().isPresent()) {
        ProcessMemory.takeLargeBlocksAlone();
      }
      server.load();
      ProcessMemory.giveBack();
      server.memoryWatch = server.watchMemory();
      return server;
    } catch (ServerException | RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static Access access(ServerConfig config) throws ServerException {
    InetAddress address = new InetSocketAddress(config.host(), 0).getAddress();
    boolean local = address != null && address.isLoopbackAddress();
    if (!local && config.access().certificate().isEmpty()) {
      LOG.warn(
          "host: {} without TLS (expected: --tls-cert and --tls-key, or a network where nobody listens)",
          config.host());
    }
    if (!local
        && config.access().tokens().isEmpty()
        && config.access().clientAuthority().isEmpty()) {
      LOG.warn(
          "host: {} for whoever reaches it (expected: --token-file or --tls-client-ca, or a network of friends)",
          config.host());
    }
    try {
      return Access.open(config.access());
    } catch (AccessException e) {
      throw new ServerException(e.getMessage());
    }
  }

  private ModelLoader loader(SessionOpener opener) {
    PictureDecoder decoder = new PictureDecoder(pictureLimits());
    return new ModelLoader(
        () -> way,
        opener,
        config.engine(),
        config.adaptation(),
        decoder,
        new ModelTrial(config.providers().parityPictures(), decoder));
  }

  private Optional<MemoryWatch> watchMemory() throws ServerException {
    OptionalLong limit = config.engine().queue().memory();
    if (limit.isEmpty()) {
      return Optional.empty();
    }
    long room =
        MemoryPlan.atWorst(
                limit.getAsLong(),
                config.calls().maxInflightRequestBytes(),
                way.device(),
                catalogue().served().stream().map(ServedModel::cascade).toList())
            .room();
    long most = ProcessMemory.mostResidentBytes().orElse(0);
    if (most > limit.getAsLong()) {
      throw new ServerException(
          "memory-limit: "
              + limit.getAsLong()
              + " bytes (expected: >= "
              + most
              + ", the most that loading the models took)");
    }
    if (room < engine.admission().capacityBytes()) {
      LOG.info(
          "queue-bytes: {} of {}, what memory-limit leaves", room, config.engine().queue().bytes());
      engine.admission().lowerCapacity(room);
    }
    MemoryWatch watch = new MemoryWatch(engine, limit.getAsLong(), ProcessMemory::residentBytes);
    watch.start();
    return Optional.of(watch);
  }

  private void load() throws ServerException {
    try {
      if (ways.size() > 1) {
        way = first.choose(ways, RepositoryListing.of(config.models()));
      }
      engine.start(way.device());
      metrics.read(
          new Readings(models::catalogue, engine, way.device(), endpoint::inflightRequestBytes));
      models.start();
      first.close();
    } catch (RepositoryException e) {
      throw new ServerException(e.getMessage());
    }
    if (catalogue().served().isEmpty() && config.repository().poll().isEmpty()) {
      StringBuilder message =
          new StringBuilder(
              "models: none in " + config.models() + " can be served (expected: at least one)");
      catalogue()
          .unserved()
          .forEach(
              model ->
                  model
                      .problems()
                      .forEach(
                          problem ->
                              message.append(
                                  "\n  " + model.name() + "/" + model.version() + ": " + problem)));
      throw new ServerException(message.toString());
    }
  }

  /** How the device's threads are used and why, for people. */
  public String deviceChoice() {
    return way.said();
  }

  /** The models, served or not. */
  public ModelCatalogue catalogue() {
    return models.catalogue();
  }

  /** Loads and unloads models. */
  public ModelControl models() {
    return models;
  }

  /** The port it listens on. */
  public int port() {
    return endpoint.port();
  }

  /** Whether it answers images. */
  public boolean serving() {
    return !leaving && !catalogue().served().isEmpty();
  }

  /** What Prometheus reads. */
  public String scrape() {
    return metrics.scrape();
  }

  /** Calls of this process itself. */
  LocalCalls localCalls() {
    return new LocalCalls(models::catalogue, new ImageIntake(engine, decoders), openCalls);
  }

  /** What {@link #admittedBytes} may reach. */
  long admissionCapacityBytes() {
    return engine.admission().capacityBytes();
  }

  /** Bytes reserved for admitted images; 0 when nothing is on the way. */
  public long admittedBytes() {
    return engine.admission().reservedBytes();
  }

  /** Tensors open in ONNX Runtime; 0 when nothing is on the way. */
  public int openTensors() {
    return way.device().openTensors();
  }

  /** Images that wait for admission. */
  public int waitingForRoom() {
    return engine.admission().waiting();
  }

  /** Bytes of request messages in memory; 0 when nothing is on the way. */
  public long inflightRequestBytes() {
    return endpoint.inflightRequestBytes();
  }

  /**
   * Ends in order: NOT_SERVING, no new images, admitted ones are answered; what is still open after
   * the drain timeout ends UNAVAILABLE.
   */
  public void drain() {
    long end = System.nanoTime() + config.drainTimeout().toNanos();
    leaving = true;
    models.stop();
    endpoint.leaveService();
    openCalls.refuseNew();
    engine.drain(config.drainTimeout());
    try {
      openCalls.awaitNone(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    close();
  }

  /** Ends now: open calls end UNAVAILABLE. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    leaving = true;
    models.stop();
    endpoint.leaveService();
    openCalls.refuseNew();
    openCalls.endAll();
    endpoint.close(LAST_WORDS);
    closeInside();
  }

  private void closeInside() {
    memoryWatch.ifPresent(MemoryWatch::close);
    watcher.close();
    access.close();
    metrics.close();
    engine.close();
    endDecoding();
    models.close();
    first.close();
    ways.forEach(each -> each.device().close());
  }

  /** Images that still wait for a decoder end as well, so that none keeps its room. */
  private void endDecoding() {
    decoders.shutdownNow().forEach(Runnable::run);
    try {
      decoders.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Decoding takes up to a few times three bytes a pixel of the heap. */
  private static PictureLimits pictureLimits() {
    PictureLimits most = PictureLimits.DEFAULT;
    long pixels = Math.min(most.maxPixels(), Runtime.getRuntime().maxMemory() / 16);
    return new PictureLimits((int) pixels, most.maxSide());
  }

  private static ExecutorService decoders(int threads) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads,
        work -> {
          Thread thread = new Thread(work, "decoder-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
