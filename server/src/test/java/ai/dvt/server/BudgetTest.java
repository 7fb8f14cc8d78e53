package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.ExitReason;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.v1.SetBudget;
import ai.dvt.server.toy.ToyCascade;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Exits of the toy cost 0.5, 1 and 1.5 GFLOPs. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BudgetTest {
  @TempDir Path models;
  private final Random random = new Random(4);

  private Image easy() {
    return ToyServer.tensor(ToyCascade.picture(1, 1, random));
  }

  private Image hard() {
    return ToyServer.tensor(ToyCascade.picture(3, 2, random));
  }

  @Test
  void the_budget_of_a_request_goes_to_its_least_confident_images() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      ClassifyRequest.Builder request = ClassifyRequest.newBuilder().setModel(ToyServer.TOY);
      for (int i = 0; i < 12; i++) {
        request.addImages(i % 4 == 1 ? hard() : easy());
      }
      // Exit 1 for all and six further stages.
      ClassifyResponse response = toy.stub().classify(request.setTotalGflops(6 + 3).build());
      double spent = 0;
      int last = 0;
      for (int i = 0; i < 12; i++) {
        var answer = response.getResults(i).getAnswer();
        spent += answer.getGflops();
        boolean atEnd = answer.getExit() == 3;
        last += atEnd ? 1 : 0;
        if (i % 4 == 1) {
          assertThat(answer.getExit()).as("hard image " + i).isGreaterThanOrEqualTo(2);
        } else {
          assertThat(answer.getExit()).as("easy image " + i).isLessThanOrEqualTo(2);
        }
        assertThat(answer.getReason())
            .isEqualTo(atEnd ? ExitReason.EXIT_REASON_FINAL : ExitReason.EXIT_REASON_BUDGET);
      }
      assertThat(spent).isCloseTo(9.0, within(1e-9));
      assertThat(last).isPositive();
      toy.awaitEmpty();
    }
  }

  @Test
  void a_stream_of_many_images_stays_within_its_budget_and_its_room() throws Exception {
    var config =
        ToyServer.with(
            ToyServer.config(models),
            ToyServer.room(40),
            ToyServer.calls(32, 1 << 20, java.time.Duration.ofSeconds(9)));
    try (ToyServer toy = ToyServer.start(config)) {
      List<ImageResult> results = stream(toy, 500, 500, 400);
      assertThat(results).hasSize(500).allMatch(ImageResult::hasAnswer);
      double spent = results.stream().mapToDouble(r -> r.getAnswer().getGflops()).sum();
      assertThat(spent).isBetween(380.0, 400.0);
      toy.awaitEmpty();
    }
  }

  @Test
  void who_sends_less_than_declared_is_answered_and_who_sends_more_is_refused() throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      assertThat(stream(toy, 20, 1000, 2000)).hasSize(20).allMatch(ImageResult::hasAnswer);
      List<ImageResult> more = stream(toy, 12, 10, 15);
      assertThat(more.stream().filter(ImageResult::hasAnswer).count()).isEqualTo(10);
      assertThat(more.stream().filter(ImageResult::hasError))
          .allMatch(r -> r.getError().getMessage().contains("at most 10, as the budget declared"));
      toy.awaitEmpty();
    }
  }

  @Test
  void a_bad_image_takes_nothing_from_the_others_and_a_bad_budget_names_the_range()
      throws Exception {
    try (ToyServer toy = ToyServer.start(models)) {
      ClassifyRequest.Builder request =
          ClassifyRequest.newBuilder()
              .setModel(ToyServer.TOY)
              .addImages(hard())
              .addImages(Image.getDefaultInstance())
              .addImages(hard());
      ClassifyResponse response = toy.stub().classify(request.setTotalGflops(3).build());
      assertThat(response.getResults(0).getAnswer().getExit()).isEqualTo(3);
      assertThat(response.getResults(1).hasError()).isTrue();
      assertThat(response.getResults(2).getAnswer().getExit()).isEqualTo(3);
      assertThatThrownBy(() -> toy.stub().classify(request.setTotalGflops(1).build()))
          .hasMessageContaining("INVALID_ARGUMENT")
          .hasMessageContaining(
              "total_gflops: 1.0 (expected: 1.50000, exit 1 for 3 images, to 4.50000");
      assertThatThrownBy(() -> stream(toy, 1, 10, 1)).hasMessageContaining("budget.total_gflops");
      toy.awaitEmpty();
    }
  }

  private List<ImageResult> stream(ToyServer toy, int images, int declared, double total)
      throws Exception {
    List<ImageResult> results = new ArrayList<>();
    CompletableFuture<Void> end = new CompletableFuture<>();
    StreamObserver<ClassifyStreamRequest> out =
        toy.async()
            .classifyStream(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ClassifyStreamResponse response) {
                    results.add(response.getResult());
                  }

                  @Override
                  public void onError(Throwable cause) {
                    end.completeExceptionally(cause);
                  }

                  @Override
                  public void onCompleted() {
                    end.complete(null);
                  }
                });
    for (int i = 0; i < images; i++) {
      ClassifyStreamRequest.Builder message =
          ClassifyStreamRequest.newBuilder()
              .setId("" + i)
              .setImage(random.nextInt(3) == 0 ? hard() : easy());
      if (i == 0) {
        message
            .setModel(ToyServer.TOY)
            .setBudget(SetBudget.newBuilder().setImages(declared).setTotalGflops(total));
      }
      out.onNext(message.build());
    }
    out.onCompleted();
    end.get();
    return results;
  }
}
