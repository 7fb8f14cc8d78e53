package ai.dvt.client.load.rounds;

import ai.dvt.client.CascadeClient;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.Optional;

/**
 * How connections to a server are opened: nothing is sent twice, and replies are taken in on the
 * transport's thread.
 *
 * @param credentials of the transport
 * @param token that goes with every call
 */
public record Connector(ChannelCredentials credentials, Optional<String> token) {
  /** Plaintext, no token. */
  public static final Connector PLAIN =
      new Connector(InsecureChannelCredentials.create(), Optional.empty());

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** For questions about models. */
  public CascadeClient client(String target) {
    return CascadeClient.over(connect(target));
  }

  /**
   * @param target {@code host:port}
   */
  ManagedChannel connect(String target) {
    ManagedChannelBuilder<?> channel =
        Grpc.newChannelBuilder("dns:///" + target, credentials).directExecutor().disableRetry();
    token.ifPresent(
        value -> {
          Metadata headers = new Metadata();
          headers.put(AUTHORIZATION, "Bearer " + value);
          channel.intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
        });
    return channel.build();
  }
}
