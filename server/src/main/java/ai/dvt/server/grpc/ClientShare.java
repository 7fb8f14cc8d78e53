package ai.dvt.server.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import java.util.concurrent.atomic.AtomicLong;

/** What one connection has taken of what is bounded per client. Safe from any thread. */
final class ClientShare {
  private static final Attributes.Key<ClientShare> OF_CONNECTION =
      Attributes.Key.create("dvt-client-share");
  private static final Context.Key<ClientShare> OF_CALL = Context.key("dvt-client-share");

  private final AtomicLong clientDrivenBytes = new AtomicLong();

  /** Gives every connection a share. */
  static ServerTransportFilter filter() {
    return new ServerTransportFilter() {
      @Override
      public Attributes transportReady(Attributes attributes) {
        return attributes.toBuilder().set(OF_CONNECTION, new ClientShare()).build();
      }
    };
  }

  /** Lets a call find its connection's share. */
  static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        ClientShare share = call.getAttributes().get(OF_CONNECTION);
        return share == null
            ? next.startCall(call, headers)
            : Contexts.interceptCall(
                Context.current().withValue(OF_CALL, share), call, headers, next);
      }
    };
  }

  /** The share of the current call's connection; a new one where connections have none. */
  static ClientShare ofCall() {
    ClientShare share = OF_CALL.get();
    return share == null ? new ClientShare() : share;
  }

  /** Takes room for a client-driven image if that is within the limit, or the first one. */
  boolean tryTake(long bytes, long limitBytes) {
    long before =
        clientDrivenBytes.getAndUpdate(
            taken -> fits(taken, bytes, limitBytes) ? taken + bytes : taken);
    return fits(before, bytes, limitBytes);
  }

  private static boolean fits(long taken, long bytes, long limitBytes) {
    return taken == 0 || taken + bytes <= limitBytes;
  }

  void giveBack(long bytes) {
    clientDrivenBytes.addAndGet(-bytes);
  }
}
