package ai.dvt.server.metrics;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Times every call from its headers to its status. */
final class CallTimer implements ServerInterceptor {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

  private final MeterRegistry registry;

  CallTimer(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    Timed<Q, A> timed = new Timed<>(call);
    return new SimpleForwardingServerCallListener<>(next.startCall(timed, headers)) {
      @Override
      public void onCancel() {
        timed.ended(Status.CANCELLED);
        super.onCancel();
      }
    };
  }

  private void record(String method, Status status, long nanos) {
    Timer.builder("dvt.request.duration")
        .description("From a call's headers to its status; a stream's whole life")
        .tag("method", method)
        .tag("status", status.getCode().name())
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  private final class Timed<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();

    Timed(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      ended(status);
      super.close(status, trailers);
    }

    /** The first end counts: a call that was answered may still be cancelled. */
    void ended(Status status) {
      if (over.compareAndSet(false, true)) {
        record(getMethodDescriptor().getFullMethodName(), status, System.nanoTime() - startNanos);
      }
    }
  }
}
