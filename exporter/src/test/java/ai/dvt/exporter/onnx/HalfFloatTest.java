package ai.dvt.exporter.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfFloatTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0.0, 8000",
    "1, 3c00",
    "-2, c000",
    "0.333333343, 3555",
    "65504, 7bff",
    "65519.996, 7bff",
    "65520, 7c00",
    "-1e9, fc00",
    "1.00048828125, 3c00",
    "1.00146484375, 3c02",
    "6.103515625e-5, 400",
    "6.097555e-5, 3ff",
    "5.9604645e-8, 1",
    "2.9802322e-8, 0",
    "2.9802326e-8, 1",
    "8.940697e-8, 2",
    "1e-30, 0",
    "NaN, 7e00",
    "Infinity, 7c00"
  })
  void rounds_to_nearest_with_ties_to_even(float value, String bits) {
    assertThat(Integer.toHexString(HalfFloat.round(value) & 0xffff)).isEqualTo(bits);
  }
}
