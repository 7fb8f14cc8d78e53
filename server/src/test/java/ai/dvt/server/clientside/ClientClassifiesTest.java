package ai.dvt.server.clientside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ClassifyReply;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.ModelStatus;
import ai.dvt.client.call.Picture;
import ai.dvt.server.toy.ToyCascade;
import io.grpc.Status.Code;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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
class ClientClassifiesTest {
  private static final ClassifyOptions EARLY =
      ClassifyOptions.of("toy").policy(ExitPolicy.parse("confidence>=0.9,0.9"));

  @TempDir static Path models;
  private static ServedToy toy;

  @BeforeAll
  static void start() throws Exception {
    toy = ServedToy.start(models);
  }

  @AfterAll
  static void stop() {
    toy.close();
  }

  @AfterEach
  void nothing_stays_behind() throws InterruptedException {
    toy.awaitEmpty();
  }

  private static CascadeClientException refusal(Picture picture, ClassifyOptions options) {
    return catchThrowableOfType(
        CascadeClientException.class, () -> toy.client.classify(picture, options).orThrow());
  }

  @ParameterizedTest
  @CsvSource({"1, CONFIDENT, 0.5", "2, CONFIDENT, 1.0", "3, FINAL, 1.5"})
  void an_image_leaves_at_the_first_exit_that_is_sure(int exit, ExitReason reason, double gflops) {
    Answer answer = toy.client.classify(ServedToy.picture(exit, 2), EARLY).orThrow();
    assertThat(answer.exit()).isEqualTo(exit);
    assertThat(answer.reason()).isEqualTo(reason);
    assertThat(answer.gflops()).isEqualTo(gflops);
    assertThat(answer.best().index()).isEqualTo(2);
    assertThat(answer.exits()).hasSize(exit);
    assertThat(answer.exits().get(0).batchSize()).isPositive();
  }

  @Test
  void without_a_policy_the_last_exit_answers() {
    Answer answer =
        toy.client.classify(ServedToy.picture(1, 0), ClassifyOptions.of("toy")).orThrow();
    assertThat(answer.exit()).isEqualTo(3);
  }

  @Test
  void an_answer_holds_as_many_labels_as_asked_most_confident_first() {
    Answer answer = toy.client.classify(ServedToy.picture(3, 1), EARLY.topK(4)).orThrow();
    assertThat(answer.labels()).hasSize(4);
    assertThat(answer.labels().get(0).index()).isEqualTo(1);
    assertThat(answer.labels())
        .isSortedAccordingTo((a, b) -> Float.compare(b.confidence(), a.confidence()));
  }

  @Test
  void a_bad_picture_fails_alone_and_says_why() {
    ClassifyReply reply =
        toy.client.classify(
            List.of(
                ServedToy.picture(1, 3),
                Picture.encoded("no picture".getBytes(StandardCharsets.UTF_8)),
                Picture.normalised(3, 3, new float[27]),
                ServedToy.picture(2, 0)),
            EARLY);
    assertThat(reply.model()).isEqualTo(ModelId.of("toy", "1"));
    assertThat(reply.results().get(0).orThrow().best().index()).isEqualTo(3);
    assertThat(reply.results().get(3).orThrow().exit()).isEqualTo(2);
    for (int bad : new int[] {1, 2}) {
      ImageResult.Failed failed = (ImageResult.Failed) reply.results().get(bad);
      assertThat(failed.failure().code()).isEqualTo(Code.INVALID_ARGUMENT);
      assertThat(failed.failure().message()).contains("(expected: ");
      assertThat(failed.failure().violations()).isNotEmpty();
    }
  }

  @Test
  void files_and_raw_pictures_of_any_size_are_resized_by_the_server() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", png);
    ClassifyReply reply =
        toy.client.classify(
            List.of(
                Picture.encoded(png.toByteArray()), Picture.pixels(30, 40, new byte[30 * 40 * 3])),
            EARLY);
    Answer file = reply.results().get(0).orThrow();
    Answer raw = reply.results().get(1).orThrow();
    assertThat(file.labels()).isEqualTo(raw.labels());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "confidence>=0.9",
        "confidence>=0.9,0.9,0.9",
        "stop=4",
        "floor=4",
        "cost=0.1GFLOPs",
        "point=nowhere"
      })
  void a_policy_that_does_not_fit_the_cascade_is_refused_by_its_field(String policy) {
    CascadeClientException refusal =
        refusal(ServedToy.picture(1, 0), EARLY.policy(ExitPolicy.parse(policy)));
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal).hasMessageContaining("(expected: ");
    assertThat(refusal.violations()).isNotEmpty();
  }

  @Test
  void an_unknown_model_or_version_is_not_found() {
    assertThat(refusal(ServedToy.picture(1, 0), ClassifyOptions.of("no-model")).code())
        .isEqualTo(Code.NOT_FOUND);
    assertThat(refusal(ServedToy.picture(1, 0), ClassifyOptions.of(ModelId.of("toy", "7"))).code())
        .isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void a_call_whose_time_is_over_ends_deadline_exceeded() {
    assertThat(refusal(ServedToy.picture(1, 0), EARLY.deadline(Duration.ofNanos(1))).code())
        .isEqualTo(Code.DEADLINE_EXCEEDED);
  }

  @Test
  void a_cancelled_call_leaves_nothing_behind_and_the_next_one_is_answered()
      throws InterruptedException {
    CompletableFuture<ClassifyReply> future =
        toy.client.classifyAsync(List.of(ServedToy.picture(3, 0)), EARLY);
    future.cancel(true);
    toy.awaitEmpty();
    assertThat(toy.client.classify(ServedToy.picture(1, 1), EARLY).orThrow().exit()).isEqualTo(1);
  }

  @Test
  void models_and_descriptions_come_from_the_manifest() {
    assertThat(toy.client.models())
        .containsExactly(new ModelStatus(ModelId.of("toy", "1"), true, List.of()));
    ModelDescription description = toy.client.describe("toy");
    assertThat(description.variantInUse().gflops()).containsExactly(0.5, 1.0, 1.5);
    assertThat(description.manifest().classes()).isEqualTo(ToyCascade.CLASSES);
    assertThat(description.defaultPolicy()).isEqualTo(ExitPolicy.LAST_EXIT);
  }
}
