package ai.dvt.server.clientside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ForcedExits;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.load.arrivals.Arrivals;
import ai.dvt.client.load.figures.SideFigures;
import ai.dvt.client.load.pictures.PictureForm;
import ai.dvt.client.load.pictures.PictureSource;
import ai.dvt.client.load.rounds.Comparison;
import ai.dvt.client.load.rounds.Comparison.Result;
import ai.dvt.client.load.rounds.ServerSide;
import ai.dvt.client.load.rounds.Setting;
import ai.dvt.server.CascadeServer;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.ServerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** The load generator against the shipped model on a real server. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BenchMeasuresTest {
  private static final Path MODELS = Path.of("..", "onnx-models");
  private static final ModelId MODEL = ModelId.latest("dvt-deit-cifar10");

  /** Of the first round, as {@link Comparison} numbers them. */
  private static final long FIRST_IMAGE = 1_000_003;

  private CascadeServer server;

  @BeforeAll
  void start() throws Exception {
    server =
        CascadeServer.start(
            new ServerConfig(
                MODELS,
                Defaults.HOST,
                0,
                Defaults.engine(),
                Defaults.calls(),
                Defaults.connections(),
                Duration.ofSeconds(20)));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private ServerSide side(PictureForm form, int clients, boolean stream) throws Exception {
    return ServerSide.open(
        "127.0.0.1:" + server.port(),
        MODEL,
        PictureSource.read(MODELS.resolve("pictures"), 50, 1),
        form,
        new ServerSide.Clients(clients, stream, Optional.empty()),
        OptionalDouble::empty);
  }

  private static Comparison.Rules rules(
      Optional<ExitPolicy> policy, Optional<ForcedExits> exits, Duration warmUp) {
    return new Comparison.Rules(
        1,
        Duration.ofSeconds(1),
        warmUp,
        policy,
        policy,
        exits,
        Optional.of(Duration.ofMillis(100)),
        1);
  }

  @Test
  void every_form_and_way_of_calling_gives_the_models_accuracy() throws Exception {
    Comparison.Rules rules =
        rules(Optional.of(ExitPolicy.LAST_EXIT), Optional.empty(), Duration.ofMillis(500));
    for (PictureForm form : PictureForm.values()) {
      boolean stream = form != PictureForm.UINT8;
      try (ServerSide a = side(form, 2, stream);
          ServerSide b = side(PictureForm.JPEG, 1, !stream)) {
        Result result =
            new Comparison(a, Optional.of(b), rules, (done, total, what) -> {})
                .run(List.of(Setting.closed(8)))
                .get(0);
        for (SideFigures figures : List.of(result.a(), result.b().orElseThrow())) {
          assertThat(figures.errors()).isEmpty();
          // 0.8191 over all test pictures; 50 of them, some twice.
          assertThat(figures.accuracy().orElseThrow()).as("%s", form).isBetween(0.6, 1.0);
          assertThat(figures.exitShares()).containsExactly(0.0, 0.0, 1.0);
        }
        assertThat(result.a().repliesPerClient()).hasSize(2).allMatch(replies -> replies > 0);
        assertThat(result.ratio().orElseThrow().median())
            .isEqualTo(
                result.a().imagesPerSecond() / result.b().orElseThrow().imagesPerSecond(),
                within(1e-9));
      }
    }
  }

  @Test
  void forced_exits_leave_where_the_lot_says() throws Exception {
    ForcedExits exits = ForcedExits.parse("0.7,0.2,0.1", 1);
    for (boolean stream : new boolean[] {true, false}) {
      try (ServerSide side = side(PictureForm.JPEG, 1, stream)) {
        SideFigures figures =
            new Comparison(
                    side,
                    Optional.empty(),
                    rules(Optional.empty(), Optional.of(exits), Duration.ZERO),
                    (done, total, what) -> {})
                .run(List.of(Setting.closed(32)))
                .get(0)
                .a();
        assertThat(figures.exitShares().get(0)).isBetween(0.4, 1.0);
        assertThat(figures.errors()).isEmpty();
      }
    }
  }

  @Test
  void an_open_loop_answers_every_image_that_arrived_at_its_own_exit() throws Exception {
    Arrivals arrivals = Arrivals.bursty(40);
    ForcedExits exits = ForcedExits.parse("0.7,0.2,0.1", 1);
    long[] drawn = arrivals.draw(Duration.ofSeconds(1), 1);
    double first = 0;
    for (int i = 0; i < drawn.length; i++) {
      first += exits.exit(FIRST_IMAGE + i) == 1 ? 1.0 / drawn.length : 0;
    }
    try (ServerSide side = side(PictureForm.JPEG, 2, false)) {
      Result result =
          new Comparison(
                  side,
                  Optional.empty(),
                  rules(Optional.empty(), Optional.of(exits), Duration.ZERO),
                  (done, total, what) -> {})
              .run(List.of(Setting.open("bursty", arrivals, OptionalDouble.of(40))))
              .get(0);
      assertThat(result.roundsA().get(0).allAnswers()).isEqualTo(drawn.length);
      assertThat(result.a().errors()).isEmpty();
      assertThat(result.a().repliesPerClient().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(drawn.length);
      assertThat(result.a().exitShares().get(0)).isCloseTo(first, within(1e-9));
    }
  }
}
