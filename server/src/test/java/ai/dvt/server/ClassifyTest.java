package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.Answer;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.v1.ExitReason;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.toy.ToyCascade;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClassifyTest {
  private static final String EARLY = "confidence>=0.9,0.9";

  @TempDir static Path models;
  private static ToyServer toy;

  @BeforeAll
  static void start() throws Exception {
    for (String version : List.of("2", "10")) {
      ToyCascade.write(models.resolve("toy").resolve(version), "toy");
    }
    toy = ToyServer.start(models);
  }

  @AfterAll
  static void stop() {
    toy.close();
  }

  @AfterEach
  void nothing_stays_behind() throws InterruptedException {
    toy.awaitEmpty();
  }

  private static ClassifyRequest.Builder request(String policy, Image... images) {
    return ClassifyRequest.newBuilder()
        .setModel(ToyServer.TOY)
        .setPolicy(Policies.toMessage(ExitPolicy.parse(policy)))
        .addAllImages(List.of(images));
  }

  private static ClassifyResponse classify(ClassifyRequest.Builder request) {
    return toy.stub().classify(request.build());
  }

  private static Answer answer(String policy, Image image) {
    ImageResult result = classify(request(policy, image)).getResults(0);
    assertThat(result.hasAnswer()).as("%s", result.getError()).isTrue();
    return result.getAnswer();
  }

  private static StatusRuntimeException refusal(ClassifyRequest.Builder request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> classify(request));
  }

  @ParameterizedTest
  @CsvSource({"1, CONFIDENT, 0.5", "2, CONFIDENT, 1.0", "3, FINAL, 1.5"})
  void an_image_leaves_at_the_first_exit_that_is_sure(
      int exit, ai.dvt.cascade.ExitReason reason, double gflops) {
    Answer answer = answer(EARLY, ToyServer.picture(exit, 2));
    assertThat(answer.getExit()).isEqualTo(exit);
    assertThat(Policies.fromMessage(answer.getReason())).isEqualTo(reason);
    assertThat(answer.getGflops()).isEqualTo(gflops);
    assertThat(answer.getLabelsList()).hasSize(1);
    assertThat(answer.getLabels(0).getIndex()).isEqualTo(2);
    assertThat(answer.getLabels(0).getName()).isEqualTo("2");
    assertThat(answer.getExitsList()).hasSize(exit);
    assertThat(answer.getExits(exit - 1).getConfidence())
        .isEqualTo(answer.getLabels(0).getConfidence());
    answer
        .getExitsList()
        .forEach(
            passed -> {
              assertThat(passed.getBatchSize()).isBetween(1, 4);
              assertThat(passed.getComputeTime().getNanos()).isPositive();
              assertThat(passed.hasQueueTime()).isTrue();
            });
  }

  @ParameterizedTest
  @CsvSource({
    "1, stop=1, STOP_AT, 1",
    "3, stop=2, STOP_AT, 2",
    "3, cost=0.6GFLOPs, COST, 1",
    "3, cost=1.0GFLOPs, COST, 2",
    "1, confidence>=0.9|0.9; floor=2, CONFIDENT, 2",
    "1, last, FINAL, 3",
    "2, margin>=0.9|0.9, CONFIDENT, 2",
    "2, entropy<=0.1|0.1, CONFIDENT, 2",
    "1, confidence>=never|0.5, CONFIDENT, 2",
    "1, confidence>=0.9|0.9; deadline=20s, CONFIDENT, 1"
  })
  void a_policy_bounds_the_way(
      int sureFrom, String policy, ai.dvt.cascade.ExitReason reason, int exit) {
    Answer answer = answer(policy.replace('|', ','), ToyServer.picture(sureFrom, 1));
    assertThat(Policies.fromMessage(answer.getReason())).isEqualTo(reason);
    assertThat(answer.getExit()).isEqualTo(exit);
  }

  @Test
  void an_image_whose_next_stage_would_end_too_late_is_answered_now(@TempDir Path slow)
      throws Exception {
    try (ToyServer own = ToyServer.start(slow)) {
      for (int run = 0; run < 400; run++) {
        own.server
            .catalogue()
            .served()
            .get(0)
            .cascade()
            .times()
            .ran(2, 1 + run % 4, TimeUnit.HOURS.toNanos(1000));
      }
      ClassifyRequest request = request(EARLY, ToyServer.picture(3, 1)).build();
      for (ClassifyResponse response :
          List.of(
              own.stub().withDeadlineAfter(50, TimeUnit.SECONDS).classify(request),
              own.stub().classify(request("deadline=50s", ToyServer.picture(3, 1)).build()))) {
        assertThat(response.getResults(0).getAnswer().getReason())
            .isEqualTo(ExitReason.EXIT_REASON_DEADLINE);
        assertThat(response.getResults(0).getAnswer().getExit()).isEqualTo(1);
      }
    }
  }

  @Test
  void an_image_that_cannot_pass_stage_1_in_time_gets_deadline_exceeded() {
    ImageResult result =
        classify(request("deadline=0.001ms", ToyServer.picture(1, 1))).getResults(0);
    assertThat(result.getError().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED.value());
  }

  @Test
  void labels_come_most_confident_first() {
    float[] picture = {0, 3, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0};
    ClassifyResponse response = classify(request("stop=1", ToyServer.tensor(picture)).setTopK(3));
    Answer answer = response.getResults(0).getAnswer();
    assertThat(answer.getLabelsList())
        .extracting(label -> label.getIndex())
        .containsExactly(1, 3, 2);
    double sum = 1 + Math.exp(3) + Math.exp(1) + Math.exp(2);
    assertThat(answer.getLabels(0).getConfidence())
        .isCloseTo((float) (Math.exp(3) / sum), within(1e-6f));
    assertThat(answer.getLabels(2).getConfidence())
        .isCloseTo((float) (Math.exp(1) / sum), within(1e-6f));
  }

  @Test
  void many_images_are_answered_in_the_requests_order() {
    ClassifyRequest.Builder request = request(EARLY);
    for (int i = 0; i < 50; i++) {
      request.addImages(ToyServer.picture(1 + i % 3, i % 4));
    }
    ClassifyResponse response = classify(request);
    assertThat(response.getModel().getVersion()).isEqualTo("10");
    assertThat(response.getResultsList()).hasSize(50);
    for (int i = 0; i < 50; i++) {
      Answer answer = response.getResults(i).getAnswer();
      assertThat(answer.getExit()).isEqualTo(1 + i % 3);
      assertThat(answer.getLabels(0).getIndex()).isEqualTo(i % 4);
    }
  }

  @Test
  void more_images_than_fit_at_once_are_answered_too(@TempDir Path small) throws Exception {
    var config = ToyServer.config(small);
    try (ToyServer own =
        ToyServer.start(ToyServer.with(config, ToyServer.room(2), config.calls()))) {
      ClassifyRequest.Builder request = request(EARLY);
      for (int i = 0; i < 40; i++) {
        request.addImages(ToyServer.picture(1 + i % 3, i % 4));
      }
      assertThat(own.stub().classify(request.build()).getResultsList())
          .hasSize(40)
          .allMatch(ImageResult::hasAnswer);
    }
  }

  @Test
  void a_version_is_taken_if_named_else_the_latest() {
    for (String version : List.of("1", "2", "10")) {
      ClassifyRequest.Builder request =
          request("last", ToyServer.picture(1, 1))
              .setModel(ModelRef.newBuilder().setName("toy").setVersion(version));
      assertThat(classify(request).getModel().getVersion()).isEqualTo(version);
    }
    assertThat(classify(request("last", ToyServer.picture(1, 1))).getModel().getVersion())
        .isEqualTo("10");
  }

  /** Red, green, blue, grey. */
  private static final int[] PIXELS = {0xff0000, 0x00ff00, 0x0000ff, 0x404040};

  private static final String GIF =
      "47494638396102000200f10000ff000000ff000000ff4040402c00000000" + "02000200000203443405003b";

  private static byte[] file(String format) throws IOException {
    if (format.equals("gif")) {
      return HexFormat.of().parseHex(GIF);
    }
    BufferedImage drawing = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    for (int pixel = 0; pixel < 4; pixel++) {
      drawing.setRGB(pixel % 2, pixel / 2, PIXELS[pixel]);
    }
    return file(format, drawing);
  }

  private static byte[] file(String format, BufferedImage drawing) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    assertThat(ImageIO.write(drawing, format, file)).isTrue();
    return file.toByteArray();
  }

  private static float[] normalised() {
    float[] values = new float[12];
    for (int channel = 0; channel < 3; channel++) {
      for (int pixel = 0; pixel < 4; pixel++) {
        int value = PIXELS[pixel] >> 16 - 8 * channel & 0xff;
        values[4 * channel + pixel] = (value / 255f - 0.5f) / 0.5f;
      }
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif", "uint8"})
  void pictures_of_every_form_are_understood(String form) throws IOException {
    byte[] rgb = new byte[12];
    for (int i = 0; i < 12; i++) {
      rgb[i] = (byte) (PIXELS[i / 3] >> 16 - 8 * (i % 3));
    }
    Image image =
        form.equals("uint8")
            ? ToyServer.tensor(DataType.DATA_TYPE_UINT8, rgb, 2, 2, 3)
            : Image.newBuilder().setEncoded(ByteString.copyFrom(file(form))).build();
    Answer answer = answer("last", image);
    float[][] expected = ToyCascade.expected(normalised());
    for (int exit = 1; exit <= 3; exit++) {
      assertThat(answer.getExits(exit - 1).getConfidence())
          .isCloseTo(ExitOutcome.ofLogits(exit, expected[exit - 1]).confidence(), within(1e-4f));
    }
  }

  @Test
  void a_jpeg_is_resized_to_the_models_input() throws IOException {
    BufferedImage plain = new BufferedImage(40, 24, BufferedImage.TYPE_INT_RGB);
    plain.setRGB(
        0,
        0,
        40,
        24,
        Collections.nCopies(960, 0x102030).stream().mapToInt(i -> i).toArray(),
        0,
        40);
    Answer answer =
        answer(
            "last",
            Image.newBuilder().setEncoded(ByteString.copyFrom(file("jpeg", plain))).build());
    float[] values = new float[12];
    for (int i = 0; i < 12; i++) {
      values[i] = (16 * (1 + i / 4) / 255f - 0.5f) / 0.5f;
    }
    // JPEG rounds every channel by a grey level or two.
    assertThat(answer.getExits(1).getConfidence())
        .isCloseTo(
            ExitOutcome.ofLogits(2, ToyCascade.expected(values)[1]).confidence(), within(0.02f));
  }

  @Test
  void one_bad_image_fails_alone_and_its_field_is_named() {
    float[] good = ToyCascade.picture(1, 3, new Random(1));
    ClassifyResponse response =
        classify(
            request(
                EARLY,
                ToyServer.tensor(good),
                Image.newBuilder().setEncoded(ByteString.copyFromUtf8("no picture")).build(),
                ToyServer.tensor(DataType.DATA_TYPE_FLOAT32, new byte[48], 3, 4, 1),
                ToyServer.tensor(DataType.DATA_TYPE_FLOAT32, new byte[40], 3, 2, 2),
                ToyServer.tensor(DataType.DATA_TYPE_UINT8, new byte[12], 2, 2, 4),
                ToyServer.tensor(DataType.DATA_TYPE_INT64, new byte[96], 3, 2, 2),
                Image.getDefaultInstance(),
                ToyServer.tensor(good)));
    assertThat(response.getResultsList()).hasSize(8);
    assertThat(response.getResults(0).getAnswer().getLabels(0).getIndex()).isEqualTo(3);
    assertThat(response.getResults(7).getAnswer().getLabels(0).getIndex()).isEqualTo(3);
    List<String> fields =
        List.of(
            "images[1]",
            "images[2].tensor.shape",
            "images[3].tensor.data",
            "images[4].tensor.shape",
            "images[5].tensor.data_type",
            "images[6]");
    for (int i = 1; i <= 6; i++) {
      var error = response.getResults(i).getError();
      assertThat(error.getCode()).isEqualTo(Code.INVALID_ARGUMENT.value());
      assertThat(error.getMessage()).startsWith(fields.get(i - 1) + ": ").contains("(expected: ");
      assertThat(error.getDetailsList()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "confidence>=0.9; policy.thresholds",
        "confidence>=0.9,0.9,0.9; policy.thresholds",
        "point=nowhere; policy.operating_point",
        "stop=4; policy.stop_at",
        "floor=4; policy.floor",
        "cost=0.1; policy.max_gflops"
      })
  void a_policy_that_does_not_fit_is_refused(String policy, String field) throws Exception {
    StatusRuntimeException refusal = refusal(request(policy, ToyServer.picture(1, 1)));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription()).startsWith(field + ": ");
    BadRequest details = StatusProto.fromThrowable(refusal).getDetails(0).unpack(BadRequest.class);
    assertThat(details.getFieldViolations(0).getField()).isEqualTo(field);
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, 1.5f, Float.NaN, Float.NEGATIVE_INFINITY})
  void a_threshold_out_of_range_is_refused(float threshold) {
    ClassifyRequest.Builder request = request(EARLY, ToyServer.picture(1, 1));
    request.getPolicyBuilder().getThresholdsBuilder().setValues(1, threshold);
    StatusRuntimeException refusal = refusal(request);
    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription())
        .startsWith("policy.thresholds[1]: " + threshold + " (expected: ");
  }

  @Test
  void a_criterion_that_is_not_set_is_refused() {
    ClassifyRequest.Builder request = request(EARLY, ToyServer.picture(1, 1));
    request.getPolicyBuilder().getThresholdsBuilder().clearCriterion();
    assertThat(refusal(request).getStatus().getDescription())
        .startsWith("policy.thresholds.criterion: ");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', INVALID_ARGUMENT, model.name",
    "nobody, '', NOT_FOUND, model.name",
    "toy, 3, NOT_FOUND, model.version"
  })
  void an_unknown_model_is_refused(String name, String version, Code code, String field) {
    StatusRuntimeException refusal =
        refusal(
            request(EARLY, ToyServer.picture(1, 1))
                .setModel(ModelRef.newBuilder().setName(name).setVersion(version)));
    assertThat(refusal.getStatus().getCode()).isEqualTo(code);
    assertThat(refusal.getStatus().getDescription())
        .startsWith(field + ": \"")
        .contains("(expected");
  }

  @Test
  void a_request_without_images_or_with_too_large_a_top_k_is_refused() {
    assertThat(refusal(request(EARLY)).getStatus().getDescription())
        .startsWith("images: 0 images (expected: 1 to ");
    assertThat(
            refusal(request(EARLY, ToyServer.picture(1, 1)).setTopK(5))
                .getStatus()
                .getDescription())
        .startsWith("top_k: 5 (expected: 0 to 4");
    assertThat(
            refusal(request(EARLY, ToyServer.picture(1, 1)).setTopK(-1))
                .getStatus()
                .getDescription())
        .startsWith("top_k: 4294967295 ");
  }

  @Test
  void an_error_does_not_send_back_all_it_was_given() {
    StatusRuntimeException refusal =
        refusal(
            request(EARLY, ToyServer.picture(1, 1))
                .setModel(ModelRef.newBuilder().setName("n".repeat(5000))));
    assertThat(refusal.getStatus().getDescription()).hasSize(1003).endsWith("n...");
  }
}
