package ai.dvt.server.grpc.flow;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.util.Optional;

/**
 * Lets a server read a message only when its handler asked for one and the budget granted its size.
 * Depends on grpc-netty's internal negotiator, the only place where a listener can stand between
 * HTTP/2 frames and gRPC.
 */
public final class InboundGate {
  static final Context.Key<GatedCall> CALL = Context.key("dvt-gated-call");

  /** Work that may fail as HTTP/2 does. */
  interface Opening {
    void run() throws Http2Exception;
  }

  private final RequestBudget budget;
  private final GateLimits limits;
  private final ThreadLocal<GatedCall> opening = new ThreadLocal<>();

  public InboundGate(RequestBudget budget, GateLimits limits) {
    this.budget = budget;
    this.limits = limits;
  }

  /**
   * Gates all calls of the server to be built.
   *
   * @param tls empty: plaintext
   */
  public void install(NettyServerBuilder server, Optional<SslContext> tls) {
    server
        .protocolNegotiator(
            new GatingNegotiator(
                tls.map(InternalProtocolNegotiators::serverTls)
                    .orElseGet(InternalProtocolNegotiators::serverPlaintext)))
        .addStreamTracerFactory(new CallTracerFactory())
        .intercept(new GateInterceptor())
        .maxInboundMessageSize(limits.maxMessageBytes());
  }

  /** The service as it is to be added to a gated server. */
  public ServerServiceDefinition readable(BindableService service) {
    return ReadableMethods.of(service.bindService(), limits.maxFields());
  }

  /**
   * Called by a handler inside {@code onNext}: from now on the bytes of this message are given back
   * when the handler closes the charge, not when {@code onNext} returns.
   */
  public static Charge claim() {
    GatedCall call = CALL.get();
    return call == null ? Charge.NONE : call.claim();
  }

  RequestBudget budget() {
    return budget;
  }

  GateLimits limits() {
    return limits;
  }

  /** Runs the opening of a call; its tracer is made on this thread and finds the gated call. */
  void opening(GatedCall call, Opening work) throws Http2Exception {
    opening.set(call);
    try {
      work.run();
    } finally {
      opening.remove();
    }
  }

  private final class GatingNegotiator implements ProtocolNegotiator {
    private final ProtocolNegotiator inner;

    GatingNegotiator(ProtocolNegotiator inner) {
      this.inner = inner;
    }

    @Override
    public AsciiString scheme() {
      return inner.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
      GatedConnection.install(handler, InboundGate.this);
      return inner.newHandler(handler);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private final class CallTracerFactory extends ServerStreamTracer.Factory {
    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
      GatedCall call = opening.get();
      return new ServerStreamTracer() {
        @Override
        public Context filterContext(Context context) {
          return call == null ? context : context.withValue(CALL, call);
        }

        @Override
        public void streamClosed(Status status) {
          if (call != null) {
            call.close();
          }
        }
      };
    }
  }
}
