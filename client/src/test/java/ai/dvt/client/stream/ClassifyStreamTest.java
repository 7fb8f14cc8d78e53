package ai.dvt.client.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.client.CascadeClient;
import ai.dvt.client.ToyServer;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClassifyStreamTest {
  private static final ClassifyOptions TOY =
      ClassifyOptions.of("toy").policy(ExitPolicy.parse("confidence>=0.5"));
  private static final Picture SURE = Picture.encoded(new byte[] {90});

  private ToyServer server;
  private CascadeClient client;

  @BeforeEach
  void connect() throws IOException {
    server = new ToyServer();
    client = CascadeClient.connect(server.target());
  }

  @AfterEach
  void disconnect() {
    server.reading.release(1_000_000);
    client.close();
    server.close();
  }

  @Test
  void every_image_gets_its_own_answer() {
    List<CompletableFuture<ImageResult>> results = new ArrayList<>();
    try (ClassifyStream stream = client.stream(TOY, 8)) {
      for (int i = 1; i <= 100; i++) {
        results.add(stream.submit("image-" + i, Picture.encoded(new byte[] {(byte) i})));
      }
    }
    for (int i = 1; i <= 100; i++) {
      assertThat(results.get(i - 1).join().orThrow().exit()).isEqualTo(i >= 50 ? 1 : 2);
    }
  }

  @Test
  void a_bad_picture_does_not_end_the_stream() {
    try (ClassifyStream stream = client.stream(TOY)) {
      assertThat(stream.submit("bad", Picture.encoded(new byte[] {0})).join())
          .isInstanceOf(ImageResult.Failed.class);
      assertThat(stream.submit("good", SURE).join()).isInstanceOf(ImageResult.Answered.class);
    }
  }

  @Test
  void no_more_images_are_on_the_way_than_allowed() {
    server.reading.drainPermits();
    try (ClassifyStream stream = client.stream(TOY, 2)) {
      stream.submit("1", SURE);
      CompletableFuture<ImageResult> second = stream.submit("2", SURE);
      assertThat(stream.ready()).isFalse();
      assertThat(stream.trySubmit("3", SURE)).isEmpty();
      server.reading.release(2);
      second.join();
      CompletableFuture<ImageResult> third = stream.submit("3", SURE);
      server.reading.release();
      assertThat(third.join()).isInstanceOf(ImageResult.Answered.class);
    }
  }

  @Test
  void a_server_that_does_not_read_stops_the_client() {
    server.reading.drainPermits();
    byte[] large = new byte[1 << 20];
    large[0] = 90;
    try (ClassifyStream stream = client.stream(TOY, 10_000)) {
      List<CompletableFuture<ImageResult>> sent = new ArrayList<>();
      Optional<CompletableFuture<ImageResult>> next = Optional.empty();
      long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      do {
        next = stream.trySubmit(Integer.toString(sent.size()), Picture.encoded(large));
        next.ifPresent(sent::add);
      } while ((next.isPresent() || sent.isEmpty()) && System.nanoTime() < patience);
      assertThat(next).isEmpty();
      assertThat(sent).hasSizeLessThan(64);
      server.reading.release(1_000);
      sent.forEach(CompletableFuture::join);
    }
  }

  @Test
  void an_image_that_waits_for_room_when_the_server_is_left_goes_to_the_next() {
    try (ClassifyStream stream = client.stream(ClassifyOptions.of("drains"), 1)) {
      CompletableFuture<ImageResult> refused = stream.submit("1", SURE);
      CompletableFuture<ImageResult> held = stream.submit("2", SURE);
      CompletableFuture<ImageResult> waiting =
          CompletableFuture.supplyAsync(() -> stream.submit("3", SURE)).thenCompose(f -> f);
      assertThat(refused.join()).isInstanceOf(ImageResult.Answered.class);
      assertThat(waiting.join()).isInstanceOf(ImageResult.Answered.class);
      assertThat(held).isNotDone();
      server.drained.complete(null);
      assertThat(held.join()).isInstanceOf(ImageResult.Answered.class);
    }
  }

  @Test
  void a_stream_that_breaks_again_and_again_fails_its_images() {
    ClassifyStream stream = client.stream(ClassifyOptions.of("breaks"));
    CompletableFuture<ImageResult> result = stream.submit("1", SURE);
    assertThat(result)
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("UNAVAILABLE: gone");
    assertThat(stream.submit("2", SURE))
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("UNAVAILABLE: gone");
    stream.close();
  }

  @Test
  void a_cancelled_stream_fails_its_images_and_tells_the_server() throws InterruptedException {
    ClassifyStream stream = client.stream(ClassifyOptions.of("silent"));
    CompletableFuture<ImageResult> result = stream.submit("1", SURE);
    stream.cancel();
    assertThat(result)
        .failsWithin(Duration.ofSeconds(30))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("CANCELLED");
    assertThat(server.cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    stream.close();
  }

  @Test
  void a_stream_ends_at_its_deadline() {
    try (ClassifyStream stream =
        client.stream(ClassifyOptions.of("silent").deadline(Duration.ofMillis(100)))) {
      assertThat(stream.submit("1", SURE))
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("DEADLINE_EXCEEDED");
    }
  }

  @Test
  void wrong_use_is_refused() {
    ClassifyStream stream = client.stream(ClassifyOptions.of("silent"));
    stream.submit("1", SURE);
    assertThatThrownBy(() -> stream.submit("1", SURE)).hasMessageStartingWith("id: \"1\"");
    assertThatThrownBy(() -> stream.submit("", SURE)).hasMessageStartingWith("id: \"\"");
    assertThatThrownBy(() -> client.stream(TOY, 0)).hasMessageStartingWith("maxOnTheWay: 0");
    stream.cancel();
    stream.close();
    assertThatThrownBy(() -> stream.submit("2", SURE)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void an_interrupted_caller_stops_waiting_for_room() {
    ClassifyStream stream = client.stream(ClassifyOptions.of("silent"), 1);
    stream.submit("1", SURE);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> stream.submit("2", SURE))
        .isInstanceOf(CascadeClientException.class)
        .hasMessageStartingWith("CANCELLED");
    assertThat(Thread.interrupted()).isTrue();
    stream.cancel();
  }
}
