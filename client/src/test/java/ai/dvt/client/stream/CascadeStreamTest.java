package ai.dvt.client.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.client.CascadeClient;
import ai.dvt.client.ToyServer;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CascadeStreamTest {
  private static final ClassifyOptions TOY = ClassifyOptions.of("toy");
  private static final Picture SURE = Picture.encoded(new byte[] {90});
  private static final Picture UNSURE = Picture.encoded(new byte[] {40});

  private ToyServer server;
  private CascadeClient client;

  @BeforeEach
  void connect() throws IOException {
    server = new ToyServer();
    client = CascadeClient.connect(server.target());
  }

  @AfterEach
  void disconnect() {
    client.close();
    server.close();
  }

  @Test
  void a_policy_is_evaluated_on_the_client() {
    try (CascadeStream stream = client.cascade(TOY, ExitPolicy.parse("confidence>=0.8"))) {
      CompletableFuture<ImageResult> sure = stream.submit("sure", SURE);
      CompletableFuture<ImageResult> unsure = stream.submit("unsure", UNSURE);
      assertThat(sure.join().orThrow().exit()).isEqualTo(1);
      assertThat(sure.join().orThrow().reason()).isEqualTo(ExitReason.CLIENT);
      assertThat(unsure.join().orThrow().exit()).isEqualTo(2);
      assertThat(unsure.join().orThrow().reason()).isEqualTo(ExitReason.FINAL);
    }
    assertThat(server.steps).containsExactlyInAnyOrder("sure STOP", "unsure CONTINUE");
  }

  @Test
  void a_lambda_sees_the_outcome_the_labels_and_the_costs() {
    AtomicReference<ReachedExit> seen = new AtomicReference<>();
    try (CascadeStream stream =
        client.cascade(
            TOY,
            exit -> {
              seen.set(exit);
              return true;
            })) {
      assertThat(stream.submit("one", UNSURE).join().orThrow().exit()).isEqualTo(2);
    }
    assertThat(seen.get().id()).isEqualTo("one");
    assertThat(seen.get().outcome().confidence()).isEqualTo(0.4f);
    assertThat(seen.get().labels().get(0).name()).isEqualTo("cat");
    assertThat(seen.get().gflops()).isEqualTo(1.0);
    assertThat(seen.get().nextGflops()).isEqualTo(3.0);
  }

  @Test
  void an_image_may_have_its_own_steering() {
    try (CascadeStream stream = client.cascade(TOY, exit -> true)) {
      assertThat(stream.submit("own", UNSURE, exit -> false).join().orThrow().exit()).isEqualTo(1);
      assertThat(stream.submit("other", UNSURE).join().orThrow().exit()).isEqualTo(2);
    }
  }

  @Test
  void a_steering_that_throws_stops_its_image_and_fails_its_future() {
    try (CascadeStream stream = client.cascade(TOY, exit -> false)) {
      CompletableFuture<ImageResult> thrown =
          stream.submit(
              "thrown",
              UNSURE,
              exit -> {
                throw new IllegalStateException("my own defect");
              });
      assertThat(thrown)
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("my own defect");
      assertThat(stream.submit("next", UNSURE).join()).isInstanceOf(ImageResult.Answered.class);
    }
    assertThat(server.steps).contains("thrown STOP");
  }

  @Test
  void an_image_cancelled_while_it_waits_is_stopped() {
    CountDownLatch cancelled = new CountDownLatch(1);
    try (CascadeStream stream = client.cascade(TOY, exit -> true)) {
      CompletableFuture<ImageResult> image =
          stream.submit(
              "cancelled",
              UNSURE,
              exit -> {
                await(cancelled);
                return true;
              });
      image.cancel(true);
      cancelled.countDown();
    }
    assertThat(server.steps).containsExactly("cancelled STOP");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void the_latency_budget_counts_from_the_submission_and_knows_the_next_stages_cost() {
    BoundPolicy policy =
        BoundPolicy.of(
            ExitPolicy.parse("last; deadline=100ms"), ToyServer.GFLOPS, name -> Optional.empty());
    ExitSteering steering = ExitSteering.by(policy);
    // Exit 1 took 30 ms for 1 GFLOP: the next 2 GFLOPs are expected to take 60 ms.
    assertThat(steering.goesOn(reached(30, 40))).isTrue();
    assertThat(steering.goesOn(reached(30, 41))).isFalse();
  }

  private static ReachedExit reached(int computeMillis, int elapsedMillis) {
    return new ReachedExit(
        "id",
        new ExitPassed(
            new ExitOutcome(1, 0, 0.4f, 0.3f, 1f),
            Duration.ZERO,
            Duration.ofMillis(computeMillis),
            1),
        List.of(),
        1,
        3,
        Duration.ofMillis(elapsedMillis));
  }

  @Test
  void wrong_use_is_refused() {
    assertThatThrownBy(() -> client.cascade(TOY, ExitPolicy.parse("confidence>=0.1,0.2")))
        .isInstanceOf(ContractException.class);
    assertThatThrownBy(() -> client.cascade(TOY.policy(ExitPolicy.LAST_EXIT), exit -> true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("policy");
  }
}
