package ai.dvt.server.metrics;

import io.grpc.ServerInterceptor;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** A server's metrics, from its start until {@link #close}. */
public final class ServerMetrics implements AutoCloseable {
  /** The text format's media type. */
  public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();

  public ServerMetrics() {
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    ProcessReader.bindTo(registry);
  }

  /** Times the calls that pass it. */
  public ServerInterceptor calls() {
    return new CallTimer(registry);
  }

  /** Adds the engine's counts to every scrape from now on. */
  public void read(Readings readings) {
    registry.getPrometheusRegistry().register(new EngineReader(readings));
  }

  /** All of it now, in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
