package ai.dvt.client;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@link CascadeClient} is made from. Requests go round all servers of the target that say
 * they serve; single calls that meet a full or lost server are tried again, up to five times.
 */
public final class CascadeClientBuilder {
  static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(1);
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Requests are kept until they are answered, so that they can be sent again. */
  private static final long RETRY_BYTES_OF_CALL = CascadeClient.MAX_INBOUND_MESSAGE_BYTES;

  private static final long RETRY_BYTES = 4 * RETRY_BYTES_OF_CALL;
  private static final Pattern SERVER =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^:/,\\s]+):(\\d{1,5})");
  private static final String DNS = "dns:///";

  private final String target;
  private Duration deadline = DEFAULT_DEADLINE;
  private ChannelCredentials credentials = InsecureChannelCredentials.create();
  private Optional<String> token = Optional.empty();
  private Optional<Duration> keepAlive = Optional.of(KEEP_ALIVE);
  private boolean waitForReady;

  CascadeClientBuilder(String target) {
    String plain = target.startsWith(DNS) ? target.substring(DNS.length()) : target;
    List<String> servers = List.of(plain.split(",", -1));
    if (target.startsWith(DNS) && servers.size() > 1
        || !servers.stream().allMatch(CascadeClientBuilder::isServer)) {
      throw new IllegalArgumentException(
          "server: \""
              + target
              + "\" (expected: host:port, e.g. 127.0.0.1:8500; several by commas; or dns:///host:port)");
    }
    this.target = servers.size() == 1 ? DNS + plain : ServerListProvider.SCHEME + ":///" + plain;
  }

  private static boolean isServer(String server) {
    Matcher matcher = SERVER.matcher(server);
    return matcher.matches()
        && Integer.parseInt(matcher.group(2)) >= 1
        && Integer.parseInt(matcher.group(2)) <= 65535;
  }

  /** The deadline of single calls whose options name none; a minute unless set. */
  public CascadeClientBuilder deadline(Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("deadline: " + value + " (expected: > 0)");
    }
    this.deadline = value;
    return this;
  }

  /** TLS, with the authorities that Java trusts. */
  public CascadeClientBuilder tls() {
    this.credentials = TlsChannelCredentials.create();
    return this;
  }

  /**
   * TLS with servers that a given authority signed.
   *
   * @param authority PEM
   * @throws IOException if the file cannot be read
   */
  public CascadeClientBuilder tls(Path authority) throws IOException {
    this.credentials = TlsChannelCredentials.newBuilder().trustManager(authority.toFile()).build();
    return this;
  }

  /**
   * TLS with servers that a given authority signed, and a certificate of one's own.
   *
   * @param authority PEM
   * @param certificate the client's chain, PEM
   * @param key its PKCS #8 key, PEM
   * @throws IOException if a file cannot be read
   */
  public CascadeClientBuilder tls(Path authority, Path certificate, Path key) throws IOException {
    this.credentials =
        TlsChannelCredentials.newBuilder()
            .trustManager(authority.toFile())
            .keyManager(certificate.toFile(), key.toFile())
            .build();
    return this;
  }

  /** A token that goes with every call; use it with TLS. */
  public CascadeClientBuilder token(String value) {
    this.token = Optional.of(value);
    return this;
  }

  /** Silence during a call after which the server is asked whether it lives; 30 s unless set. */
  public CascadeClientBuilder keepAlive(Duration value) {
    this.keepAlive = Optional.of(value);
    return this;
  }

  /** Whether calls wait for a server, within their deadline, instead of failing UNAVAILABLE. */
  public CascadeClientBuilder waitForReady(boolean value) {
    this.waitForReady = value;
    return this;
  }

  /** The client; it connects at the first call. */
  public CascadeClient build() {
    ManagedChannelBuilder<?> channel =
        Grpc.newChannelBuilder(target, credentials)
            .defaultServiceConfig(ServiceSettings.config())
            .enableRetry()
            .perRpcBufferLimit(RETRY_BYTES_OF_CALL)
            .retryBufferSize(RETRY_BYTES);
    keepAlive.ifPresent(
        silence -> channel.keepAliveTime(silence.toMillis(), TimeUnit.MILLISECONDS));
    token.ifPresent(
        value -> {
          Metadata headers = new Metadata();
          headers.put(AUTHORIZATION, "Bearer " + value);
          channel.intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
        });
    return new CascadeClient(channel.build(), deadline, waitForReady);
  }
}
