package ai.dvt.server.calls;

import ai.dvt.server.grpc.PassedAt;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The spans of a call, made when it ended: the call, in the trace that its metadata names (W3C
 * traceparent); in it every image; in that the wait for and the run of every stage.
 */
final class CallSpans {
  private static final TextMapGetter<Metadata> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Metadata headers) {
          return headers.keys();
        }

        @Override
        public String get(Metadata headers, String name) {
          return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
      };

  private final Tracer tracer;

  CallSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  void tell(EndedCall call, Metadata headers) {
    Context parent =
        W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
    int slash = call.method().indexOf('/');
    Span span =
        begin(call.method(), SpanKind.SERVER, parent, call, call.startNanos())
            .setAttribute("rpc.system", "grpc")
            .setAttribute("rpc.service", call.method().substring(0, Math.max(0, slash)))
            .setAttribute("rpc.method", call.method().substring(slash + 1))
            .setAttribute("rpc.grpc.status_code", call.status().getCode().value())
            .setAttribute("dvt.request_id", call.id())
            .setAttribute("dvt.images", call.images());
    if (span.isRecording()) {
      if (failedByServer(call.status())) {
        span.setStatus(StatusCode.ERROR, String.valueOf(call.status().getDescription()));
      }
      if (call.told().size() == 1 && call.told().get(0).answered()) {
        attributes(span, call.told().get(0));
      }
      Context inside = Context.root().with(span);
      call.told().forEach(image -> image(call, image, inside));
    }
    end(span, call, call.endNanos());
  }

  /** By OpenTelemetry's rule: a caller's own mistakes are no errors of the server. */
  private static boolean failedByServer(Status status) {
    return switch (status.getCode()) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      default -> false;
    };
  }

  private void image(EndedCall call, ToldImage image, Context parent) {
    long start = image.answered() ? waitBegan(image.passed().get(0)) : call.startNanos();
    Span span = begin("image", SpanKind.INTERNAL, parent, call, start);
    attributes(span, image);
    if (!image.answered()) {
      span.setStatus(StatusCode.ERROR, image.outcome());
    }
    Context inside = Context.root().with(span);
    for (PassedAt passed : image.passed()) {
      stage(call, passed, inside);
    }
    end(span, call, image.endNanos());
  }

  private static void attributes(Span span, ToldImage image) {
    span.setAttribute("dvt.model", image.order().model().version().name())
        .setAttribute("dvt.version", image.order().model().version().version());
    if (image.answered()) {
      List<Double> gflops = image.order().policy().gflops();
      span.setAttribute("dvt.exit", image.exit())
          .setAttribute("dvt.reason", image.outcome())
          .setAttribute("dvt.gflops", gflops.get(image.exit() - 1));
    }
  }

  private void stage(EndedCall call, PassedAt passed, Context parent) {
    int stage = passed.exit().outcome().exit();
    long began = passed.endNanos() - passed.exit().computeTime().toNanos();
    Span queue =
        begin("queue of stage " + stage, SpanKind.INTERNAL, parent, call, waitBegan(passed))
            .setAttribute("dvt.stage", stage);
    end(queue, call, began);
    Span run =
        begin("run of stage " + stage, SpanKind.INTERNAL, parent, call, began)
            .setAttribute("dvt.stage", stage)
            .setAttribute("dvt.batch_size", passed.exit().batchSize())
            .setAttribute("dvt.confidence", passed.exit().outcome().confidence());
    end(run, call, passed.endNanos());
  }

  private static long waitBegan(PassedAt passed) {
    return passed.endNanos()
        - passed.exit().computeTime().toNanos()
        - passed.exit().queueTime().toNanos();
  }

  private Span begin(String name, SpanKind kind, Context parent, EndedCall call, long nanos) {
    return tracer
        .spanBuilder(name)
        .setSpanKind(kind)
        .setParent(parent)
        .setStartTimestamp(call.epochNanos(nanos), TimeUnit.NANOSECONDS)
        .startSpan();
  }

  private static void end(Span span, EndedCall call, long nanos) {
    span.end(call.epochNanos(nanos), TimeUnit.NANOSECONDS);
  }
}
