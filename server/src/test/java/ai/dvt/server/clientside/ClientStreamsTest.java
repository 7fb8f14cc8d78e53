package ai.dvt.server.clientside;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import ai.dvt.client.stream.CascadeStream;
import ai.dvt.client.stream.ClassifyStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClientStreamsTest {
  private static final ClassifyOptions TOY = ClassifyOptions.of("toy");
  private static final ExitPolicy EARLY = ExitPolicy.parse("confidence>=0.9,0.9");

  @TempDir private Path models;

  private static int exitOf(int image) {
    return 1 + image % 3;
  }

  private static Picture picture(int image) {
    return ServedToy.picture(exitOf(image), image % 4);
  }

  private static void assertOwnAnswers(List<CompletableFuture<ImageResult>> results) {
    for (int i = 0; i < results.size(); i++) {
      Answer answer = results.get(i).join().orThrow();
      assertThat(answer.exit()).isEqualTo(exitOf(i));
      assertThat(answer.best().index()).isEqualTo(i % 4);
    }
  }

  @Test
  void every_image_of_a_stream_gets_its_own_answer() throws Exception {
    List<CompletableFuture<ImageResult>> results = new ArrayList<>();
    try (ServedToy toy = ServedToy.start(models)) {
      try (ClassifyStream stream = toy.client.stream(TOY.policy(EARLY))) {
        for (int i = 0; i < 300; i++) {
          results.add(stream.submit("image " + i, picture(i)));
        }
      }
      assertOwnAnswers(results);
      toy.awaitEmpty();
    }
  }

  @Test
  void a_server_with_room_for_few_images_slows_the_stream_down_and_answers_all() throws Exception {
    List<CompletableFuture<ImageResult>> results = new ArrayList<>();
    try (ServedToy toy = ServedToy.start(models, 400)) {
      try (ClassifyStream stream = toy.client.stream(TOY.policy(EARLY))) {
        for (int i = 0; i < 300; i++) {
          results.add(stream.submit("image " + i, picture(i)));
        }
      }
      assertOwnAnswers(results);
    }
  }

  @Test
  void a_bad_image_in_a_stream_fails_alone() throws Exception {
    try (ServedToy toy = ServedToy.start(models);
        ClassifyStream stream = toy.client.stream(TOY.policy(EARLY))) {
      CompletableFuture<ImageResult> bad = stream.submit("bad", Picture.encoded(new byte[] {1}));
      CompletableFuture<ImageResult> good = stream.submit("good", picture(0));
      assertThat(bad.join()).isInstanceOf(ImageResult.Failed.class);
      assertThat(good.join().orThrow().exit()).isEqualTo(1);
    }
  }

  @Test
  void a_policy_decides_on_the_client_as_it_does_on_the_server() throws Exception {
    List<CompletableFuture<ImageResult>> results = new ArrayList<>();
    try (ServedToy toy = ServedToy.start(models)) {
      try (CascadeStream stream = toy.client.cascade(TOY, EARLY)) {
        for (int i = 0; i < 60; i++) {
          results.add(stream.submit("image " + i, picture(i)));
        }
      }
      assertOwnAnswers(results);
      assertThat(results.get(0).join().orThrow().reason()).isEqualTo(ExitReason.CLIENT);
      assertThat(results.get(2).join().orThrow().reason()).isEqualTo(ExitReason.FINAL);
      toy.awaitEmpty();
    }
  }

  @Test
  void a_lambda_sees_every_exit_but_the_last() throws Exception {
    List<String> seen = new ArrayList<>();
    try (ServedToy toy = ServedToy.start(models);
        CascadeStream stream =
            toy.client.cascade(
                TOY,
                exit -> {
                  seen.add(
                      exit.outcome().exit() + ": " + exit.gflops() + " -> " + exit.nextGflops());
                  return true;
                })) {
      assertThat(stream.submit("one", picture(0)).join().orThrow().exit()).isEqualTo(3);
    }
    assertThat(seen).containsExactly("1: 0.5 -> 1.0", "2: 1.0 -> 1.5");
  }

  @Test
  void a_cancelled_client_driven_stream_frees_what_its_images_handed_over() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    try (ServedToy toy = ServedToy.start(models)) {
      CascadeStream stream =
          toy.client.cascade(
              TOY,
              exit -> {
                reached.countDown();
                await(cancelled);
                return true;
              });
      CompletableFuture<ImageResult> image = stream.submit("one", picture(2));
      await(reached);
      assertThat(toy.server.admittedBytes()).isPositive();
      stream.cancel();
      toy.awaitEmpty();
      cancelled.countDown();
      assertThat(image).isCompletedExceptionally();
    }
  }

  @Test
  void a_server_that_ends_makes_open_streams_unavailable() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (ServedToy toy = ServedToy.start(models)) {
      CascadeStream stream =
          toy.client.cascade(
              TOY,
              exit -> {
                await(ended);
                return true;
              });
      CompletableFuture<ImageResult> image = stream.submit("one", picture(2));
      while (toy.server.admittedBytes() == 0) {
        Thread.sleep(1);
      }
      toy.server.close();
      ended.countDown();
      assertThat(image)
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("UNAVAILABLE");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
