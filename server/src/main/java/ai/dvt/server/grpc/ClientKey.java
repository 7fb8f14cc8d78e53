package ai.dvt.server.grpc;

import ai.dvt.server.engine.Caller;
import ai.dvt.server.engine.Priority;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * Tells clients apart, so that each gets its turn: by a metadata header where one is configured and
 * sent, else by the peer's address. Peers of this machine are told apart by port too, for there the
 * address says nothing.
 */
public final class ClientKey {
  /** Longer values are cut: a key is kept as long as an image is. */
  private static final int LENGTH_LIMIT = 256;

  private static final Context.Key<String> OF_CALL = Context.key("dvt-client-key");

  private ClientKey() {}

  /**
   * Lets a call find its client's key.
   *
   * @param header the name of an ASCII metadata header
   */
  static ServerInterceptor interceptor(Optional<String> header) {
    Optional<Metadata.Key<String>> key =
        header.map(name -> Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        String sent = key.map(headers::get).orElse(null);
        String client =
            sent == null || sent.isBlank()
                ? ofPeer(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR))
                : "header " + cut(sent);
        return Contexts.interceptCall(
            Context.current().withValue(OF_CALL, client), call, headers, next);
      }
    };
  }

  /** For whom the current call's images are answered. */
  public static Caller caller(Priority priority) {
    String client = OF_CALL.get();
    return new Caller(client == null ? "" : client, priority);
  }

  static String ofPeer(SocketAddress peer) {
    if (peer instanceof InetSocketAddress address && address.getAddress() != null) {
      return address.getAddress().isLoopbackAddress()
          ? "peer " + address.getAddress().getHostAddress() + ':' + address.getPort()
          : "peer " + address.getAddress().getHostAddress();
    }
    return "peer " + peer;
  }

  private static String cut(String value) {
    return value.length() <= LENGTH_LIMIT ? value : value.substring(0, LENGTH_LIMIT);
  }
}
