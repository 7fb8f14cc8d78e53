package ai.dvt.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ExitOutcomeTest {
  @Test
  void an_outcome_equals_the_textbook_softmax() {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      float[] logits = new float[2 + random.nextInt(9)];
      double sum = 0;
      for (int c = 0; c < logits.length; c++) {
        logits[c] = (float) (4 * random.nextGaussian());
        sum += Math.exp(logits[c]);
      }
      double best = 0;
      double second = 0;
      double entropy = 0;
      for (float logit : logits) {
        double p = Math.exp(logit) / sum;
        entropy -= p * Math.log(p);
        second = Math.max(second, Math.min(p, best));
        best = Math.max(best, p);
      }
      ExitOutcome outcome = ExitOutcome.ofLogits(2, logits);
      assertThat(outcome.exit()).isEqualTo(2);
      assertThat(Math.exp(logits[outcome.index()]) / sum).isEqualTo(best);
      assertThat((double) outcome.confidence()).isCloseTo(best, within(1e-6));
      assertThat((double) outcome.secondConfidence()).isCloseTo(second, within(1e-6));
      assertThat((double) outcome.entropy()).isCloseTo(entropy, within(1e-6));
    }
  }

  @Test
  void huge_logits_do_not_overflow() {
    ExitOutcome outcome = ExitOutcome.ofLogits(1, new float[] {-3e38f, 3e38f, 3e38f});
    assertThat(outcome).isEqualTo(new ExitOutcome(1, 1, 0.5f, 0.5f, (float) Math.log(2)));
  }

  @Test
  void a_single_class_is_certain() {
    assertThat(ExitOutcome.ofLogits(1, new float[] {-7})).isEqualTo(new ExitOutcome(1, 0, 1, 0, 0));
    assertThatThrownBy(() -> ExitOutcome.ofLogits(1, new float[0])).hasMessageContaining("logits");
  }
}
