package ai.dvt.cascade.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.Label;
import ai.dvt.cascade.Thresholds;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WireTest {
  @ParameterizedTest
  @EnumSource(ExitReason.class)
  void every_reason_has_its_message(ExitReason reason) {
    assertThat(Policies.fromMessage(Policies.toMessage(reason))).isEqualTo(reason);
  }

  @Test
  void an_unknown_reason_is_refused() {
    assertThatThrownBy(
            () -> Policies.fromMessage(ai.dvt.cascade.v1.ExitReason.EXIT_REASON_UNSPECIFIED))
        .isInstanceOf(ContractException.class);
    assertThat(ai.dvt.cascade.v1.ExitReason.values())
        .as("reasons, UNSPECIFIED and UNRECOGNIZED")
        .hasSize(ExitReason.values().length + 2);
  }

  @ParameterizedTest
  @EnumSource(Criterion.class)
  void every_criterion_has_its_message(Criterion criterion) {
    Thresholds thresholds = new Thresholds(criterion, List.of(0.1f, Thresholds.NEVER));
    assertThat(Policies.fromMessage(Policies.toMessage(thresholds))).isEqualTo(thresholds);
  }

  @Test
  void an_empty_message_means_the_last_exit() {
    assertThat(Policies.fromMessage(ai.dvt.cascade.v1.ExitPolicy.getDefaultInstance()))
        .isEqualTo(ExitPolicy.LAST_EXIT);
  }

  @Test
  void thresholds_without_criterion_or_out_of_range_are_refused() {
    assertThatThrownBy(
            () -> Policies.fromMessage(ai.dvt.cascade.v1.Thresholds.getDefaultInstance()))
        .hasMessageContaining("thresholds.criterion");
    var message =
        ai.dvt.cascade.v1.Thresholds.newBuilder()
            .setCriterion(ai.dvt.cascade.v1.Criterion.CRITERION_CONFIDENCE);
    for (float bad : new float[] {1.5f, -1, Float.NaN, Float.NEGATIVE_INFINITY}) {
      var values = message.clone().addValues(0.5f).addValues(bad).build();
      assertThatThrownBy(() -> Policies.fromMessage(values))
          .isInstanceOf(ContractException.class)
          .hasMessageStartingWith("thresholds[1]: ");
    }
  }

  @Test
  void an_invalid_duration_and_a_huge_exit_are_refused() {
    var policy = ai.dvt.cascade.v1.ExitPolicy.newBuilder();
    var invalid = com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(-1);
    assertThatThrownBy(() -> Policies.fromMessage(policy.clone().setLatencyBudget(invalid).build()))
        .hasMessageContaining("latency_budget");
    var centuries = com.google.protobuf.Duration.newBuilder().setSeconds(315_576_000_000L);
    assertThatThrownBy(
            () -> Policies.fromMessage(policy.clone().setLatencyBudget(centuries).build()))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("latency_budget");
    assertThatThrownBy(() -> Policies.fromMessage(policy.clone().setStopAt(-1).build()))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("stop_at");
    assertThatThrownBy(() -> Policies.fromMessage(policy.clone().setMaxGflops(-1).build()))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("max_gflops");
  }

  @Test
  void an_answer_reads_back_from_its_message() {
    Answer answer =
        new Answer(
            List.of(new Label("cat", 3, 0.75f), new Label("dog", 5, 0.125f)),
            2,
            ExitReason.CONFIDENT,
            0.169,
            List.of(passed(1), passed(2)));
    assertThat(Answers.fromMessage(Answers.toMessage(answer))).isEqualTo(answer);
    assertThatThrownBy(
            () -> Answers.fromMessage(Answers.toMessage(answer).toBuilder().clearLabels().build()))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("labels");
    assertThatThrownBy(
            () -> Answers.fromMessage(Answers.toMessage(answer).toBuilder().setExit(1).build()))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("exit");
  }

  private static ExitPassed passed(int exit) {
    return new ExitPassed(
        new ExitOutcome(exit, 3, 0.75f, 0.125f, 0.9f),
        Duration.ofNanos(1_234_567),
        Duration.ofSeconds(3, 5),
        8);
  }
}
