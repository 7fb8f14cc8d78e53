package ai.dvt.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.wire.Policies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExitPolicyTest {
  @Test
  void parsing_reads_what_printing_wrote_for_random_policies() {
    Random random = new Random(20261121);
    for (int i = 0; i < 5000; i++) {
      ExitPolicy policy = policy(random);
      assertThat(ExitPolicy.parse(policy.toString())).as(policy.toString()).isEqualTo(policy);
    }
  }

  @Test
  void the_message_means_the_same_policy_for_random_policies() {
    Random random = new Random(11);
    for (int i = 0; i < 2000; i++) {
      ExitPolicy policy = policy(random);
      assertThat(Policies.fromMessage(Policies.toMessage(policy)))
          .as(policy.toString())
          .isEqualTo(policy);
    }
  }

  private static ExitPolicy policy(Random random) {
    ExitRule rule =
        switch (random.nextInt(4)) {
          case 0 -> new ExitRule.LastExit();
          case 1 -> new ExitRule.AtPoint(name(random));
          default -> thresholds(random);
        };
    return new ExitPolicy(
        rule,
        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(9)),
        random.nextBoolean()
            ? OptionalDouble.empty()
            : OptionalDouble.of(Math.exp(30 * random.nextDouble() - 20)),
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(1 + (long) Math.exp(35 * random.nextDouble()))),
        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(1 + random.nextInt(9)),
        random.nextBoolean());
  }

  private static Thresholds thresholds(Random random) {
    Criterion criterion = Criterion.values()[random.nextInt(3)];
    List<Float> values = new ArrayList<>();
    for (int exit = random.nextInt(5); exit > 0; exit--) {
      values.add(
          switch (random.nextInt(6)) {
            case 0 -> Thresholds.NEVER;
            case 1 -> 0f;
            case 2 -> 1f;
            case 3 -> (float) Math.exp(-60 * random.nextDouble());
            default -> criterion == Criterion.ENTROPY ? 9 * random.nextFloat() : random.nextFloat();
          });
    }
    return new Thresholds(criterion, values);
  }

  private static String name(Random random) {
    String letters = "aZ09._-=>,< GFLOPs";
    StringBuilder name = new StringBuilder("x");
    for (int i = random.nextInt(12); i > 0; i--) {
      name.append(letters.charAt(random.nextInt(letters.length())));
    }
    return name.append('y').toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "confidence>=0.8,0.6              | confidence>=0.8,0.6",
        "CONFIDENCE >= 0.8 , never        | confidence>=0.8,never",
        "entropy<=0.25                    | entropy<=0.25",
        "stop=2; point=1.2GFLOPs          | point=1.2GFLOPs; stop=2",
        "cost = 1.5                       | last; cost=1.5GFLOPs",
        "deadline=0.05s;floor=2           | last; deadline=50ms; floor=2",
        "margin>=0.5; deadline=1.5us      | margin>=0.5; deadline=1.5us",
        "last; ADAPT=No                   | last; adapt=no",
        "adapt=yes; margin>=0.5           | margin>=0.5",
      })
  void the_text_form_is_read_loosely_and_written_one_way(String text, String written) {
    assertThat(ExitPolicy.parse(text).toString()).isEqualTo(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "confidence",
        "confidence<=0.5",
        "entropy>=0.5",
        "confidence>=1.5",
        "confidence>=-0.1",
        "confidence>=NaN",
        "confidence>=0.5,,0.5",
        "confidence>=half",
        "confidence>=0.5; margin>=0.5",
        "confidence>=0.5; last",
        "point=",
        "last; stop=0",
        "last; stop=x",
        "last; floor=-1",
        "last; stop=1; stop=2",
        "last; cost=0",
        "last; cost=cheap",
        "last; deadline=5",
        "last; deadline=-5ms",
        "last; deadline=0ms",
        "last; hurry=1",
        "last; adapt=maybe",
        "last; adapt",
      })
  void a_text_that_does_not_read_is_refused_naming_the_part_and_the_rule(String text) {
    assertThatThrownBy(() -> ExitPolicy.parse(text))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("(expected: ");
  }
}
