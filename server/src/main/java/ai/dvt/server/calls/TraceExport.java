package ai.dvt.server.calls;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;

/** Where spans go: in batches, from a thread of their own; a collector that is away costs spans. */
public final class TraceExport {
  private TraceExport() {}

  /**
   * Sends spans by OTLP over HTTP.
   *
   * @param endpoint the collector's, e.g. {@code http://127.0.0.1:4318}; without a path, {@code
   *     /v1/traces} is meant
   * @param share of the traces that begin here; those that a caller began follow its choice
   */
  public static SdkTracerProvider otlp(URI endpoint, double share) {
    String path = endpoint.getPath();
    String address =
        path == null || path.isEmpty() || path.equals("/")
            ? endpoint.resolve("/v1/traces").toString()
            : endpoint.toString();
    return provider(
        BatchSpanProcessor.builder(OtlpHttpSpanExporter.builder().setEndpoint(address).build())
            .build(),
        share);
  }

  /** Spans go to a processor. */
  public static SdkTracerProvider provider(SpanProcessor processor, double share) {
    SdkTracerProviderBuilder builder =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.of(AttributeKey.stringKey("service.name"), "dvt-server"))))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(share)))
            .addSpanProcessor(processor);
    return builder.build();
  }
}
