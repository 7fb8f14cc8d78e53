package ai.dvt.server.calls;

import ai.dvt.server.grpc.CallWatch;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Gives every call an id and tells of it when it ended. */
public final class CallWatcher implements ServerInterceptor, AutoCloseable {
  private final RequestLog log;
  private final Optional<SdkTracerProvider> traces;
  private final Optional<CallSpans> spans;

  private CallWatcher(RequestLog log, Optional<SdkTracerProvider> traces) {
    this.log = log;
    this.traces = traces;
    this.spans = traces.map(provider -> new CallSpans(provider.get("ai.dvt.server")));
  }

  /** Log lines at debug only. */
  public static CallWatcher quiet() {
    return of(Optional.empty(), Optional.empty());
  }

  /**
   * @param traces where spans go, owned from now on
   * @param slow unary calls that take as long are warned of
   */
  public static CallWatcher of(Optional<SdkTracerProvider> traces, Optional<Duration> slow) {
    return new CallWatcher(new RequestLog(slow), traces);
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String id = RequestId.of(headers);
    Watching<Q, A> watching =
        new Watching<>(call, id, spans.isPresent() || log.listens() ? headers : null);
    if (watching.watch == null) {
      return next.startCall(watching, headers);
    }
    Context context = Context.current().withValue(CallWatch.KEY, watching.watch);
    return new SimpleForwardingServerCallListener<>(
        Contexts.interceptCall(context, watching, headers, next)) {
      @Override
      public void onCancel() {
        super.onCancel();
        watching.ended(Status.CANCELLED);
      }
    };
  }

  /** Sends what waits to be sent. */
  @Override
  public void close() {
    traces.ifPresent(provider -> provider.shutdown().join(5, TimeUnit.SECONDS));
  }

  private final class Watching<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private final String id;
    private final Metadata headers;
    final WatchedCall watch;

    /**
     * @param headers null: nobody wants to hear of the call
     */
    Watching(ServerCall<Q, A> call, String id, Metadata headers) {
      super(call);
      this.id = id;
      this.headers = headers;
      this.watch =
          headers == null
              ? null
              : new WatchedCall(id, call.getMethodDescriptor().getFullMethodName());
    }

    @Override
    public void sendHeaders(Metadata sent) {
      sent.put(RequestId.KEY, id);
      super.sendHeaders(sent);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!trailers.containsKey(RequestId.KEY)) {
        trailers.put(RequestId.KEY, id); // a call that fails at once has no other headers
      }
      super.close(status, trailers);
      ended(status);
    }

    void ended(Status status) {
      if (watch == null) {
        return;
      }
      watch
          .end(status)
          .ifPresent(
              ended -> {
                log.tell(ended, getMethodDescriptor().getType());
                spans.ifPresent(writer -> writer.tell(ended, headers));
              });
    }
  }
}
