package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ClassifyReply;
import ai.dvt.client.call.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator can do to model files while they are served: the shipped cascade, whose weights
 * ONNX Runtime maps, in a JVM of its own, because a mapped file that shrinks ends the process.
 */
@Timeout(120)
class RepositoryUnderFireTest {
  private static final String MODEL = "dvt-deit-cifar10";
  private static final Path SHIPPED = Path.of("../onnx-models").resolve(MODEL).resolve("1");
  private static final Path PICTURES = Path.of("../onnx-models/pictures/cifar10");

  @TempDir Path models;

  private final AtomicLong answered = new AtomicLong();
  private final AtomicReference<String> version = new AtomicReference<>("");
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.sorted().toList();
    }
  }

  private Path copy(String name) throws IOException {
    Path folder = models.resolve(MODEL).resolve(name);
    for (Path file : files(SHIPPED)) {
      Path target = folder.resolve(SHIPPED.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(target);
      } else {
        Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return folder;
  }

  private void classify(int port, List<Picture> pictures, AtomicBoolean over) {
    try (CascadeClient client = CascadeClient.connect("127.0.0.1:" + port)) {
      while (!over.get()) {
        ClassifyReply reply = client.classify(pictures, ClassifyOptions.of(MODEL));
        reply.results().forEach(result -> result.orThrow());
        version.set(reply.model().version().orElseThrow());
        answered.addAndGet(pictures.size());
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  /** Many requests that began after now were answered. */
  private void awaitAnswers() throws InterruptedException {
    long enough = answered.get() + 100;
    while (answered.get() < enough && failure.get() == null) {
      Thread.sleep(1);
    }
  }

  private void awaitVersion(String expected) throws InterruptedException {
    while (!version.get().equals(expected) && failure.get() == null) {
      Thread.sleep(1);
    }
  }

  @Test
  void truncating_overwriting_and_deleting_model_files_under_load_fails_no_request()
      throws Exception {
    Path first = copy("1");
    List<Picture> pictures = new ArrayList<>();
    try (Stream<Path> some = Files.walk(PICTURES)) {
      for (Path picture :
          some.filter(file -> file.toString().matches(".*\\.(png|jpg|jpeg)")).limit(5).toList()) {
        pictures.add(Picture.encoded(Files.readAllBytes(picture)));
      }
    }
    try (ServerChild server = ServerChild.start(models, "256m", "--poll=20ms", "--workers=2")) {
      AtomicBoolean over = new AtomicBoolean();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        clients.add(new Thread(() -> classify(server.port(), pictures, over)));
        clients.get(i).start();
      }
      try {
        awaitVersion("1");
        awaitAnswers();
        Files.newByteChannel(
                first.resolve("weights.bin"),
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)
            .close();
        awaitAnswers();
        for (Path file : files(first)) {
          if (Files.isRegularFile(file)) {
            Files.write(file, new byte[1000], StandardOpenOption.TRUNCATE_EXISTING);
          }
        }
        awaitAnswers();
        for (Path file : files(first).stream().filter(Files::isRegularFile).toList()) {
          Files.delete(file);
        }
        awaitAnswers();

        Path second = models.resolve(MODEL).resolve("2");
        Files.createDirectories(second);
        Files.copy(SHIPPED.resolve("manifest.json"), second.resolve("manifest.json"));
        awaitAnswers();
        copy("2");
        awaitVersion("2");
        awaitAnswers();
        for (Path file : files(first).stream().sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
        awaitAnswers();
      } finally {
        over.set(true);
        for (Thread client : clients) {
          client.join();
        }
      }
      assertThat(failure.get()).as("%s", server.log()).isNull();
      assertThat(server.isAlive()).isTrue();
      assertThat(server.terminate()).as("%s", server.log()).isZero();
      assertThat(server.log()).contains("its folder changed (expected: immutable");
    }
  }
}
