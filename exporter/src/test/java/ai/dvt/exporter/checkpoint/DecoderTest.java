package ai.dvt.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DecoderTest {

  @Test
  void half_precision_is_widened_exactly() {
    assertThat(Decoder.ofHalf((short) 0x3c00)).isEqualTo(1f);
    assertThat(Decoder.ofHalf((short) 0xc000)).isEqualTo(-2f);
    assertThat(Decoder.ofHalf((short) 0x7bff)).isEqualTo(65504f);
    assertThat(Decoder.ofHalf((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(Decoder.ofHalf((short) 0x83ff)).isEqualTo(-1023 * 0x1p-24f);
    assertThat(Decoder.ofHalf((short) 0x0400)).isEqualTo(0x1p-14f);
    assertThat(Decoder.ofHalf((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Decoder.ofHalf((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Decoder.ofHalf((short) 0x7e00)).isNaN();
    assertThat(Float.floatToRawIntBits(Decoder.ofHalf((short) 0x8000))).isEqualTo(0x80000000);
  }
}
