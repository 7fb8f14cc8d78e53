package ai.dvt.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.BoundPolicy.Circumstances;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoundPolicyTest {
  private static final List<Double> GFLOPS = List.of(0.5, 1.5, 3.5);

  private static BoundPolicy bound(String policy) {
    return BoundPolicy.of(
        ExitPolicy.parse(policy),
        GFLOPS,
        name ->
            name.equals("cheap")
                ? Optional.of(new Thresholds(Criterion.CONFIDENCE, List.of(0.5f, 0.25f)))
                : Optional.empty());
  }

  private static ExitOutcome outcome(int exit, float confidence) {
    return new ExitOutcome(exit, 0, confidence, (1 - confidence) / 2, 0.4f);
  }

  /** In each row the reason wins over everything that the rows below it show. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        // policy | exit | confidence | budget left | in time | load | reason, - for CONTINUE
        "confidence>=0.1,0.1; stop=3; cost=3.5; floor=3 | 3 | 0.9 | false | false | 0.1 | FINAL",
        "confidence>=0.1,0.1; stop=1; cost=1.0; floor=3 | 1 | 0.9 | false | false | 0.1 | STOP_AT",
        "confidence>=0.1,0.1; stop=1; floor=3           | 2 | 0.9 | true  | true  | 0.1 | STOP_AT",
        "confidence>=0.1,0.1; cost=1.0; floor=3         | 1 | 0.9 | false | false | 0.1 | COST",
        "confidence>=0.1,0.1; cost=1.5; floor=3         | 2 | 0.9 | false | false | 0.1 | COST",
        "confidence>=0.1,0.1; floor=3                   | 1 | 0.9 | false | false | 0.1 | BUDGET",
        "confidence>=0.1,0.1; floor=3                   | 1 | 0.9 | true  | false | 0.1 | DEADLINE",
        "confidence>=0.1,0.1; floor=3                   | 1 | 0.9 | true  | true  | 0.1 | -",
        "confidence>=0.1,0.1; floor=3                   | 2 | 0.9 | true  | true  | 0.1 | -",
        "confidence>=0.1,0.1; floor=2                   | 2 | 0.9 | true  | true  | 0.1 | CONFIDENT",
        "confidence>=0.1,0.1                            | 1 | 0.9 | true  | true  | 0.1 | CONFIDENT",
        "confidence>=0.1,0.1                            | 1 | 0.9 | true  | true  | - | CONFIDENT",
        "confidence>=0.9,0.1                            | 1 | 0.8 | true  | true  | - | -",
        "confidence>=0.9,0.1                            | 2 | 0.8 | true  | true  | - | CONFIDENT",
        "confidence>=0.8,0.1; cost=1.5                  | 1 | 0.8 | true  | true  | - | CONFIDENT",
        "confidence>=0.9,0.1; cost=1.5                  | 1 | 0.8 | true  | true  | - | -",
        "confidence>=never,0.1                          | 1 | 1.0 | true  | true  | - | -",
        "confidence>=0,0                                | 1 | 0.0 | true  | true  | - | CONFIDENT",
        "margin>=0.5,0.5                                | 1 | 0.7 | true  | true  | - | CONFIDENT",
        "margin>=0.6,0.5                                | 1 | 0.7 | true  | true  | - | -",
        "entropy<=0.4,0.1                               | 1 | 0.7 | true  | true  | - | CONFIDENT",
        "entropy<=0.3,0.1                               | 1 | 0.7 | true  | true  | - | -",
        "entropy<=never,0.1                             | 1 | 0.7 | true  | true  | - | -",
        "point=cheap                                    | 1 | 0.5 | true  | true  | - | CONFIDENT",
        "last                                           | 2 | 1.0 | true  | true  | - | -",
        "last                                           | 3 | 0.1 | true  | true  | - | FINAL",
        "confidence>=0.9,0.9                            | 1 | 0.8 | true  | true  | 0.7 | LOAD",
        "confidence>=0.9,0.9                            | 1 | 0.8 | true  | true  | 0.8 | LOAD",
        "confidence>=0.9,0.9                            | 1 | 0.8 | true  | true  | 0.85 | -",
        "confidence>=0.9,0.9                            | 1 | 0.9 | true  | true  | 0.7 | CONFIDENT",
        "confidence>=0.9,0.9; adapt=no                  | 1 | 0.8 | true  | true  | 0.7 | -",
        "confidence>=0.9,0.9; floor=2                   | 1 | 0.8 | true  | true  | 0.7 | -",
        "confidence>=0.9,0.9; floor=2                   | 2 | 0.8 | true  | true  | 0.7 | LOAD",
        "confidence>=0.9,0.9                            | 1 | 0.8 | true  | false | 0.7 | DEADLINE",
        "last                                           | 2 | 0.8 | true  | true  | 0.7 | LOAD",
      })
  void the_last_exit_wins_over_caps_floor_load_and_thresholds_in_this_order(
      String policy,
      int exit,
      float confidence,
      boolean budgetLeft,
      boolean inTime,
      Float load,
      ExitReason reason) {
    ExitDecision expected =
        reason == null ? ExitDecision.CONTINUE : new ExitDecision.Answer(reason);
    assertThat(
            bound(policy)
                .decide(
                    outcome(exit, confidence),
                    new Circumstances(
                        inTime,
                        budgetLeft,
                        Optional.ofNullable(load)
                            .map(at -> new Thresholds(Criterion.CONFIDENCE, List.of(at, at))))))
        .isEqualTo(expected);
  }

  @Test
  void thresholds_are_compared_in_float32() {
    // In double, 0.1f is larger than 0.1.
    BoundPolicy policy = bound("confidence>=0.1,0.1");
    assertThat(policy.decide(outcome(1, 0.1f), Circumstances.CALM))
        .isEqualTo(new ExitDecision.Answer(ExitReason.CONFIDENT));
    assertThat(policy.decide(outcome(1, Math.nextDown(0.1f)), Circumstances.CALM))
        .isEqualTo(ExitDecision.CONTINUE);
  }

  @Test
  void a_cascade_of_one_exit_takes_a_policy_without_thresholds() {
    for (String policy : List.of("last", "confidence>=", "stop=1")) {
      BoundPolicy bound =
          BoundPolicy.of(ExitPolicy.parse(policy), List.of(4.6), name -> Optional.empty());
      assertThat(bound.decide(outcome(1, 0.1f), Circumstances.CALM))
          .isEqualTo(new ExitDecision.Answer(ExitReason.FINAL));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "confidence>=0.5",
        "confidence>=0.5,0.5,0.5",
        "point=dear",
        "last; stop=4",
        "last; floor=4",
        "last; cost=0.4",
      })
  void a_policy_that_does_not_fit_the_cascade_is_refused(String policy) {
    assertThatThrownBy(() -> bound(policy))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("(expected: ");
  }
}
