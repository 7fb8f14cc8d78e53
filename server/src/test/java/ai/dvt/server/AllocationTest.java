package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.toy.PictureCascade;
import ai.dvt.server.toy.ToyHandover;
import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server's threads leave no tensor behind on the heap: what they allocate for an image of
 * 224x224 is counted by the JVM, thread by thread. The least tensor on the way, an image's
 * features, has 75,648 bytes.
 */
@Timeout(120)
class AllocationTest {
  private static final int SIDE = PictureCascade.SIDE;

  /** Of everything that an image needs but its request's bytes; less than the least tensor. */
  private static final long SMALL = 48 * 1024;

  private static final int IMAGES = 8;
  private static final int REQUESTS = 6;

  @TempDir static Path models;
  private static ToyServer toy;

  @BeforeAll
  static void start() throws Exception {
    PictureCascade.write(models.resolve("pictures").resolve("1"), "pictures");
    toy =
        ToyServer.start(
            new ServerConfig(
                    models,
                    Defaults.HOST,
                    0,
                    new EngineLimits(2, 4, Duration.ZERO, 128 << 20),
                    Defaults.calls(),
                    Defaults.connections(),
                    Duration.ofSeconds(20))
                .with(ToyHandover.PROVIDERS));
  }

  @AfterAll
  static void stop() {
    toy.close();
  }

  @Test
  void a_float32_image_costs_the_heap_its_request_and_no_tensor() throws Exception {
    check(ToyServer.tensor(new float[3 * SIDE * SIDE], 3, SIDE, SIDE));
  }

  @Test
  void a_uint8_image_costs_the_heap_its_request_and_no_tensor() throws Exception {
    check(ToyServer.tensor(DataType.DATA_TYPE_UINT8, new byte[500 * 375 * 3], 375, 500, 3));
  }

  @Test
  void a_jpeg_file_costs_the_heap_its_request_and_no_tensor() throws Exception {
    check(Image.newBuilder().setEncoded(ByteString.copyFrom(jpeg())).build());
  }

  @Test
  void the_counter_sees_a_tensor_on_the_heap() throws Exception {
    Map<String, Long> before = allocated();
    Thread thread =
        new Thread(
            () -> {
              float[] row = new float[3 * SIDE * SIDE];
              assertThat(row[0]).isZero();
              Map<String, Long> after = allocated();
              assertThat(after.get("planted") - before.getOrDefault("planted", 0L))
                  .isGreaterThan(600_000);
            },
            "planted-1");
    boolean[] failed = {false};
    thread.setUncaughtExceptionHandler((t, e) -> failed[0] = true);
    thread.start();
    thread.join();
    assertThat(failed[0]).isFalse();
  }

  private static void check(Image image) throws Exception {
    ClassifyRequest request =
        ClassifyRequest.newBuilder()
            .setModel(ModelRef.newBuilder().setName("pictures"))
            .setPolicy(Policies.toMessage(ExitPolicy.parse("last")))
            .addAllImages(Collections.nCopies(IMAGES, image))
            .build();
    for (int i = 0; i < 6; i++) {
      send(request);
    }
    Map<String, Long> before = allocated();
    for (int i = 0; i < REQUESTS; i++) {
      send(request);
    }
    Map<String, Long> after = allocated();
    Map<String, Long> each = new TreeMap<>();
    after.forEach(
        (group, bytes) ->
            each.put(group, (bytes - before.getOrDefault(group, 0L)) / (IMAGES * REQUESTS)));
    assertThat(each.get("stage-worker-cpu")).as("bytes an image, %s", each).isBetween(1L, SMALL);
    assertThat(each.getOrDefault("decoder", 0L)).as("bytes an image, %s", each).isLessThan(SMALL);
    assertThat(each.get("grpc-handler"))
        .as("bytes an image, %s", each)
        .isLessThan(image.getSerializedSize() + SMALL);
  }

  private static void send(ClassifyRequest request) throws InterruptedException {
    ClassifyResponse response = toy.stub().classify(request);
    assertThat(response.getResultsList())
        .hasSize(IMAGES)
        .allSatisfy(result -> assertThat(result.getAnswer().getExitsCount()).isEqualTo(2));
    toy.awaitEmpty();
  }

  /** Bytes that the living threads ever allocated, by their names without numbers. */
  private static Map<String, Long> allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<String, Long> bytes = new TreeMap<>();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null) {
        bytes.merge(
            thread.getThreadName().replaceAll("-\\d+$", ""),
            Math.max(0, threads.getThreadAllocatedBytes(thread.getThreadId())),
            Long::sum);
      }
    }
    return bytes;
  }

  /** Noise on a slope, 500x375. */
  private static byte[] jpeg() throws IOException {
    BufferedImage picture = new BufferedImage(500, 375, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < 375; y++) {
      for (int x = 0; x < 500; x++) {
        picture.setRGB(x, y, (x / 2) << 16 | (y / 2) << 8 | random.nextInt(64));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "jpg", out);
    return out.toByteArray();
  }
}
