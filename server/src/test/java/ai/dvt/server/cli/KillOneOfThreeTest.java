package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.Picture;
import ai.dvt.client.stream.CascadeStream;
import ai.dvt.client.stream.ClassifyStream;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client of three real server processes, some of which die. */
@Timeout(120)
class KillOneOfThreeTest {
  private static final ClassifyOptions TOY = ClassifyOptions.of("toy");

  @TempDir Path models;

  private final List<ServerChild> servers = new ArrayList<>();
  private String target;

  @BeforeEach
  void start() throws Exception {
    ToyCascade.write(models.resolve("toy/1"), "toy");
    for (int i = 0; i < 3; i++) {
      servers.add(ServerChild.start(models, "128m", "--workers=1", "--drain-timeout=5s"));
    }
    target =
        String.join(",", servers.stream().map(server -> "127.0.0.1:" + server.port()).toList());
  }

  @AfterEach
  void stop() {
    servers.forEach(ServerChild::close);
  }

  private static Picture picture(int number) {
    return Picture.normalised(2, 2, ToyCascade.picture(1, number % 4, new Random(number)));
  }

  private static void check(int number, ImageResult result) {
    assertThat(result.orThrow().labels().get(0).index()).isEqualTo(number % 4);
  }

  private static void awaitMore(AtomicLong answered, ConcurrentLinkedQueue<Throwable> failures)
      throws InterruptedException {
    long enough = answered.get() + 200;
    while (answered.get() < enough && failures.isEmpty()) {
      Thread.sleep(1);
    }
  }

  @Test
  void killing_one_and_draining_another_under_load_loses_no_request() throws Exception {
    AtomicLong answered = new AtomicLong();
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    AtomicBoolean over = new AtomicBoolean();
    try (CascadeClient client = CascadeClient.connect(target)) {
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        callers.add(new Thread(() -> call(client, over, answered, failures)));
        callers.add(new Thread(() -> stream(client, over, answered, failures)));
      }
      callers.forEach(Thread::start);
      awaitMore(answered, failures);
      servers.get(0).kill();
      awaitMore(answered, failures);
      assertThat(servers.get(1).terminate()).isZero();
      awaitMore(answered, failures);
      over.set(true);
      for (Thread caller : callers) {
        caller.join();
      }
    }
    assertThat(failures).isEmpty();
  }

  private static void call(
      CascadeClient client,
      AtomicBoolean over,
      AtomicLong answered,
      ConcurrentLinkedQueue<Throwable> failures) {
    for (int number = 0; !over.get() && failures.isEmpty(); number++) {
      try {
        check(number, client.classify(picture(number), TOY));
        answered.incrementAndGet();
      } catch (RuntimeException | AssertionError e) {
        failures.add(e);
      }
    }
  }

  private static void stream(
      CascadeClient client,
      AtomicBoolean over,
      AtomicLong answered,
      ConcurrentLinkedQueue<Throwable> failures) {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    try (ClassifyStream stream = client.stream(TOY, 16)) {
      for (int number = 0; !over.get() && failures.isEmpty(); number++) {
        int expected = number;
        all.add(
            stream
                .submit("image-" + number, picture(number))
                .thenAccept(
                    result -> {
                      check(expected, result);
                      answered.incrementAndGet();
                    })
                .whenComplete(
                    (done, failure) -> {
                      if (failure != null) {
                        failures.add(failure);
                      }
                    }));
      }
    } catch (RuntimeException e) {
      failures.add(e);
    }
    assertThat(all).allMatch(CompletableFuture::isDone);
  }

  @Test
  void a_client_driven_image_says_which_exits_it_saw_when_its_server_dies() throws Exception {
    try (CascadeClient client = CascadeClient.connect("127.0.0.1:" + servers.get(0).port())) {
      CountDownLatch seen = new CountDownLatch(1);
      CountDownLatch dead = new CountDownLatch(1);
      CompletableFuture<ImageResult> result;
      try (CascadeStream stream =
          client.cascade(
              TOY,
              exit -> {
                if (exit.outcome().exit() == 2) {
                  seen.countDown();
                  try {
                    dead.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                }
                return true;
              })) {
        result = stream.submit("it", picture(1));
        seen.await();
        servers.get(0).kill();
        dead.countDown();
      }
      assertThatThrownBy(result::join)
          .hasMessageContaining("UNAVAILABLE")
          .hasMessageContaining("; exits 1 to 2 were seen");
    }
  }
}
