package ai.dvt.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdsTest {
  @ParameterizedTest
  @CsvSource({
    "1e8, Infinity",
    "1e9, Infinity",
    "Infinity, Infinity",
    "-1e8, 0",
    "-Infinity, 0",
    "-1e-30, 0",
    "0, 0",
    "-0.0, 0",
    "1e-30, 1e-30",
    "0.7, 0.7",
    "1, 1",
  })
  void huge_thresholds_mean_never_and_negative_ones_always(float stored, float imported) {
    assertThat(Thresholds.imported(stored)).isEqualTo(imported);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, 1.0000001f, 2, 99_999_990f})
  void a_threshold_between_one_and_never_is_refused(float stored) {
    assertThatThrownBy(() -> Thresholds.imported(stored))
        .isInstanceOf(ContractException.class)
        .hasMessageContaining("threshold: ");
  }
}
