package ai.dvt.server.grpc;

import ai.dvt.server.config.CallLimits;
import ai.dvt.server.config.ConnectionLimits;
import ai.dvt.server.grpc.access.Access;
import ai.dvt.server.grpc.flow.GateLimits;
import ai.dvt.server.grpc.flow.InboundGate;
import ai.dvt.server.grpc.flow.RequestBudget;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The listening address with services, health, reflection and channelz on it, and all limits. */
public final class GrpcEndpoint implements AutoCloseable {
  /** What a stream may have on the way before its message is admitted: HTTP/2 flow control. */
  private static final int WINDOW_BYTES = 256 << 10;

  /** Entries in one answer of channelz. */
  private static final int CHANNELZ_PAGE = 100;

  private final Server server;
  private final HealthStatusManager health;
  private final ExecutorService handlers;
  private final RequestBudget budget;
  private final AtomicBoolean leaving = new AtomicBoolean();

  private GrpcEndpoint(
      Server server, HealthStatusManager health, ExecutorService handlers, RequestBudget budget) {
    this.server = server;
    this.health = health;
    this.handlers = handlers;
    this.budget = budget;
  }

  /**
   * Listens; the health service says NOT_SERVING until told otherwise.
   *
   * @param interceptors around all others, the last one outermost
   * @param clientKeyHeader metadata that tells clients apart, see {@link ClientKey}
   * @param access stays the caller's
   * @throws IOException if the address cannot be had
   */
  public static GrpcEndpoint open(
      InetSocketAddress address,
      List<BindableService> services,
      List<ServerInterceptor> interceptors,
      Access access,
      CallLimits calls,
      ConnectionLimits connections,
      Optional<String> clientKeyHeader)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
    RequestBudget budget = new RequestBudget(calls.maxInflightRequestBytes());
    ExecutorService handlers = handlers();
    InboundGate gate =
        new InboundGate(
            budget,
            new GateLimits(calls.maxMessageBytes(), maxFields(calls), calls.messageTimeout()));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .executor(handlers)
            .addService(gate.readable(health.getHealthService()))
            .addService(gate.readable(ProtoReflectionServiceV1.newInstance()))
            .addService(gate.readable(reflectionForOldClients()))
            .addService(gate.readable(ChannelzService.newInstance(CHANNELZ_PAGE)))
            .addTransportFilter(ClientShare.filter())
            .intercept(ClientShare.interceptor())
            .intercept(ClientKey.interceptor(clientKeyHeader))
            .flowControlWindow(WINDOW_BYTES)
            .maxConcurrentCallsPerConnection(connections.streams())
            .keepAliveTime(connections.keepAlive().toNanos(), TimeUnit.NANOSECONDS)
            .keepAliveTimeout(connections.keepAliveTimeout().toNanos(), TimeUnit.NANOSECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxConnectionAgeGrace(connections.ageGrace().toNanos(), TimeUnit.NANOSECONDS);
    connections
        .idle()
        .ifPresent(idle -> builder.maxConnectionIdle(idle.toNanos(), TimeUnit.NANOSECONDS));
    connections
        .age()
        .ifPresent(age -> builder.maxConnectionAge(age.toNanos(), TimeUnit.NANOSECONDS));
    services.forEach(service -> builder.addService(gate.readable(service)));
    gate.install(builder, access.tls());
    access.tokens().ifPresent(builder::intercept);
    interceptors.forEach(builder::intercept);
    try {
      return new GrpcEndpoint(builder.build().start(), health, handlers, budget);
    } catch (IOException e) {
      handlers.shutdown();
      throw e;
    }
  }

  /** v1alpha, which is all that older versions of grpcurl and Postman know. */
  @SuppressWarnings("deprecation")
  private static BindableService reflectionForOldClients() {
    return ProtoReflectionService.newInstance();
  }

  /** Handlers do not block; a thread holds a decoded message, so there are few. */
  private static ExecutorService handlers() {
    int threads = Math.max(4, Runtime.getRuntime().availableProcessors());
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        work -> {
          Thread thread = new Thread(work, "grpc-handler-" + number.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        },
        new ThreadPoolExecutor.DiscardPolicy()); // what comes after the end is nobody's any more
  }

  /**
   * An image has less than 32 fields: its content, a tensor's shape, its neighbours in a policy.
   */
  private static int maxFields(CallLimits calls) {
    return (int) Math.min(Integer.MAX_VALUE, (1 << 16) + 32L * calls.imagesPerRequest());
  }

  public int port() {
    return server.getPort();
  }

  /** Bytes of the requests under way. */
  public long inflightRequestBytes() {
    return budget.heldBytes();
  }

  /**
   * Tells the health service.
   *
   * @param name a model's name, or empty for the server as a whole
   */
  public void setServing(String name, boolean serving) {
    health.setStatus(name, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** The health service does not know this model any more. */
  public void forget(String name) {
    health.clearStatus(name);
  }

  /** Everything is NOT_SERVING from now on, for good. */
  public void leaveService() {
    if (leaving.compareAndSet(false, true)) {
      health.enterTerminalState();
    }
  }

  /** Stops listening; calls that are still open get this long, then they are cut. */
  public void close(Duration grace) {
    server.shutdown();
    try {
      if (!server.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
        server.shutdownNow();
        server.awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    handlers.shutdown();
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
