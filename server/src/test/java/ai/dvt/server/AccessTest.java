package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.CascadeServiceGrpc.CascadeServiceBlockingStub;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.client.CascadeClient;
import ai.dvt.inference.GRPCInferenceServiceGrpc;
import ai.dvt.inference.RepositoryModelLoadRequest;
import ai.dvt.inference.ServerLiveRequest;
import ai.dvt.server.config.AccessSettings;
import ai.dvt.server.config.CallLimits;
import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.config.ServerConfig;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may call: encrypted connections, certificates of both sides, tokens and their rights. */
@Timeout(60)
class AccessTest {
  private static final String INFER = "a-token-to-infer";
  private static final String ADMIN = "a-token-to-administer";

  @TempDir static Path identities;
  private static TestIdentity one;
  private static TestIdentity other;
  private static TestIdentity expired;

  @TempDir Path folder;

  private final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeAll
  static void makeIdentities() throws Exception {
    one = TestIdentity.make(identities, "one");
    other = TestIdentity.make(identities, "other");
    expired = TestIdentity.makeExpired(identities, "expired", "other");
  }

  @AfterEach
  void closeChannels() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private static AccessSettings tls(TestIdentity identity, Optional<Path> clients) {
    return new AccessSettings(
        Optional.of(identity.certificate()),
        Optional.of(identity.key()),
        clients,
        Optional.empty());
  }

  private CascadeServer server(AccessSettings access) throws Exception {
    return CascadeServer.start(
        ToyServer.config(Files.createTempDirectory(folder, "models")).with(access));
  }

  private ManagedChannel channel(CascadeServer server, TlsChannelCredentials.Builder tls) {
    ManagedChannel channel =
        Grpc.newChannelBuilder("localhost:" + server.port(), tls.build()).build();
    channels.add(channel);
    return channel;
  }

  private static TlsChannelCredentials.Builder trusting(TestIdentity identity) throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(identity.certificate().toFile());
  }

  private static ClassifyRequest request() {
    return ClassifyRequest.newBuilder()
        .setModel(ToyServer.TOY)
        .addImages(ToyServer.picture(1, 2))
        .build();
  }

  private static void classifies(ManagedChannel channel) {
    assertThat(
            CascadeServiceGrpc.newBlockingStub(channel)
                .classify(request())
                .getResults(0)
                .getAnswer()
                .getLabels(0)
                .getIndex())
        .isEqualTo(2);
  }

  private static StatusRuntimeException refusal(CascadeServiceBlockingStub stub) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> stub.classify(request()));
  }

  private static void refuses(ManagedChannel channel) {
    assertThat(refusal(CascadeServiceGrpc.newBlockingStub(channel)).getStatus().getCode())
        .isEqualTo(Code.UNAVAILABLE);
  }

  @Test
  void over_tls_only_a_client_that_trusts_the_certificate_classifies() throws Exception {
    try (CascadeServer server = server(tls(one, Optional.empty()))) {
      classifies(channel(server, trusting(one)));
      refuses(channel(server, trusting(other)));
      ManagedChannel plain =
          io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder.forAddress(
                  "localhost", server.port())
              .usePlaintext()
              .build();
      channels.add(plain);
      refuses(plain);
    }
  }

  @Test
  void an_expired_certificate_is_refused_by_clients() throws Exception {
    try (CascadeServer server = server(tls(expired, Optional.empty()))) {
      refuses(channel(server, trusting(other)));
    }
  }

  @Test
  void with_a_client_authority_only_its_clients_classify() throws Exception {
    Path authority = other.certificate();
    try (CascadeServer server = server(tls(one, Optional.of(authority)))) {
      classifies(
          channel(
              server,
              trusting(one).keyManager(other.certificate().toFile(), other.key().toFile())));
      refuses(channel(server, trusting(one)));
      refuses(
          channel(
              server, trusting(one).keyManager(one.certificate().toFile(), one.key().toFile())));
      refuses(
          channel(
              server,
              trusting(one).keyManager(expired.certificate().toFile(), expired.key().toFile())));
    }
  }

  private static void replace(Path source, Path target) throws IOException {
    Path whole = target.resolveSibling("." + target.getFileName());
    Files.copy(source, whole);
    Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void a_new_certificate_is_used_without_losing_a_request() throws Exception {
    Path certificate = Files.copy(one.certificate(), folder.resolve("server.crt"));
    Path key = Files.copy(one.key(), folder.resolve("server.key"));
    try (CascadeServer server = server(tls(new TestIdentity(certificate, key), Optional.empty()))) {
      ManagedChannel old = channel(server, trusting(one));
      AtomicInteger answered = new AtomicInteger();
      List<Throwable> failures = new ArrayList<>();
      Thread load =
          new Thread(
              () -> {
                try {
                  while (!Thread.currentThread().isInterrupted()) {
                    classifies(old);
                    answered.incrementAndGet();
                  }
                } catch (StatusRuntimeException e) {
                  if (e.getStatus().getCode() != Code.CANCELLED) {
                    failures.add(e);
                  }
                }
              });
      load.start();
      replace(other.certificate(), certificate); // for a while it does not belong to the key
      classifies(channel(server, trusting(one)));
      replace(other.key(), key);
      Code code = Code.UNAVAILABLE;
      while (code == Code.UNAVAILABLE) {
        StatusRuntimeException refusal =
            refusal(CascadeServiceGrpc.newBlockingStub(channel(server, trusting(other))));
        code = refusal == null ? Code.OK : refusal.getStatus().getCode();
      }
      assertThat(code).isEqualTo(Code.OK);
      refuses(channel(server, trusting(one)));
      int before = answered.get();
      while (answered.get() == before && failures.isEmpty()) {
        Thread.sleep(1);
      }
      load.interrupt();
      load.join();
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void large_requests_are_gated_over_tls_too() throws Exception {
    CallLimits calls =
        new CallLimits(
            1 << 20, 1 << 20, Duration.ofSeconds(20), 64, 8, 1 << 20, Duration.ofHours(1));
    ServerConfig config = ToyServer.config(folder.resolve("models"));
    config = ToyServer.with(config, config.engine(), calls).with(tls(one, Optional.empty()));
    try (CascadeServer server = CascadeServer.start(config)) {
      CascadeServiceBlockingStub stub =
          CascadeServiceGrpc.newBlockingStub(channel(server, trusting(one)));
      ClassifyRequest large =
          request().toBuilder()
              .addImages(
                  ToyServer.tensor(DataType.DATA_TYPE_UINT8, new byte[900_000], 300, 1000, 3))
              .build();
      assertThat(stub.classify(large).getResultsCount()).isEqualTo(2);
      ClassifyRequest tooLarge =
          large.toBuilder()
              .addImages(
                  ToyServer.tensor(DataType.DATA_TYPE_UINT8, new byte[900_000], 300, 1000, 3))
              .build();
      assertThatThrownBy(() -> stub.classify(tooLarge)).hasMessageContaining("RESOURCE_EXHAUSTED");
      assertThat(stub.classify(large).getResultsCount()).isEqualTo(2);
      while (server.inflightRequestBytes() > 0) {
        Thread.sleep(1);
      }
    }
  }

  private static Metadata bearer(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return headers;
  }

  @Test
  void tokens_decide_by_method_and_may_change() throws Exception {
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, "# those who may call\n" + INFER + " infer\n" + ADMIN + " admin\n");
    ServerConfig config =
        ToyServer.config(folder.resolve("models"))
            .with(
                new AccessSettings(
                    Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(tokens)))
            .with(
                new RepositorySettings(
                    Optional.empty(), 1, false, Optional.empty(), List.of(), true));
    try (ToyServer toy = ToyServer.start(config)) {
      var oip = GRPCInferenceServiceGrpc.newBlockingStub(toy.channel);
      assertThat(
              HealthGrpc.newBlockingStub(toy.channel)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatusValue())
          .isEqualTo(1);
      assertThat(oip.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
      assertThat(refusal(toy.stub()).getStatus().toString())
          .contains("UNAUTHENTICATED", "authorization: missing (expected: Bearer");
      assertThat(refusal(with(toy.stub(), "another-token-of-someone")).getStatus().getCode())
          .isEqualTo(Code.UNAUTHENTICATED);
      assertThat(with(toy.stub(), INFER).classify(request()).getResultsCount()).isEqualTo(1);
      assertThat(with(toy.stub(), ADMIN).classify(request()).getResultsCount()).isEqualTo(1);

      RepositoryModelLoadRequest load =
          RepositoryModelLoadRequest.newBuilder().setModelName("toy").build();
      assertThatThrownBy(() -> with(oip, INFER).repositoryModelLoad(load))
          .hasMessageStartingWith("PERMISSION_DENIED: inference.GRPCInferenceService/Repository");
      assertThat(with(oip, ADMIN).repositoryModelLoad(load)).isNotNull();

      Files.writeString(tokens, "short infer\n"); // cannot be used: those before stay
      assertThat(with(toy.stub(), INFER).classify(request()).getResultsCount()).isEqualTo(1);
      Files.writeString(tokens, "another-token-of-someone infer\n");
      while (refusal(with(toy.stub(), "another-token-of-someone")) != null) {
        Thread.sleep(10);
      }
      assertThat(refusal(with(toy.stub(), INFER)).getStatus().getCode())
          .isEqualTo(Code.UNAUTHENTICATED);
    }
  }

  private static <S extends io.grpc.stub.AbstractStub<S>> S with(S stub, String token) {
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(bearer(token)));
  }

  @Test
  void the_java_client_brings_certificate_and_token() throws Exception {
    Path tokens = Files.writeString(folder.resolve("tokens"), INFER + " infer\n");
    AccessSettings access =
        new AccessSettings(
            Optional.of(one.certificate()),
            Optional.of(one.key()),
            Optional.of(other.certificate()),
            Optional.of(tokens));
    try (CascadeServer server = server(access);
        CascadeClient client =
            CascadeClient.builder("localhost:" + server.port())
                .tls(one.certificate(), other.certificate(), other.key())
                .token(INFER)
                .build();
        CascadeClient withoutToken =
            CascadeClient.builder("localhost:" + server.port())
                .tls(one.certificate(), other.certificate(), other.key())
                .build()) {
      assertThat(client.models()).hasSize(1);
      assertThatThrownBy(withoutToken::models).hasMessageContaining("UNAUTHENTICATED");
    }
  }

  @Test
  void files_that_cannot_be_used_are_named_at_the_start() throws Exception {
    assertThatThrownBy(
            () -> server(tls(new TestIdentity(one.certificate(), other.key()), Optional.empty())))
        .isInstanceOf(ServerException.class)
        .hasMessageStartingWith("tls-key: ")
        .hasMessageContaining("the key of the first certificate in");
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> server(tls(new TestIdentity(none, one.key()), Optional.empty())))
        .hasMessageStartingWith("tls-cert: " + none);
    Path tokens = Files.writeString(folder.resolve("tokens"), "\nsecret-secret-secret\n");
    assertThatThrownBy(
            () ->
                server(
                    new AccessSettings(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(tokens))))
        .hasMessageStartingWith("token-file: " + tokens + ":2, ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }
}
