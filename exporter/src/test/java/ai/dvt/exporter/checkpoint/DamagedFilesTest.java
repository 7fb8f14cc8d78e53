package ai.dvt.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.weights.WeightsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files with random bytes changed are read, or refused with one clear error; never anything else.
 */
class DamagedFilesTest {
  private static final int FILES = 150;
  private static final int[] NASTY = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 1 << 20};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"baggage.pth", "baggage-protocol4.pth", "baggage-legacy.pth"})
  void damage_never_causes_anything_but_one_clear_error(String name) throws IOException {
    byte[] whole;
    try (InputStream in = getClass().getResourceAsStream("/checkpoint/" + name)) {
      whole = in.readAllBytes();
    }
    Random random = new Random(20261121);
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      Path file = Lies.write(folder, damaged(whole, random));
      try {
        Lies.readAll(file);
      } catch (CheckpointException | WeightsException e) {
        assertThat(e).hasMessageStartingWith(file + ": ").hasMessageContaining("(expected: ");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(FILES / 4);
  }

  private static byte[] damaged(byte[] whole, Random random) {
    byte[] bytes = Arrays.copyOf(whole, whole.length - random.nextInt(2) * random.nextInt(400));
    for (int change = 0; change < 3; change++) {
      int at = random.nextInt(bytes.length - 4);
      int value = random.nextBoolean() ? NASTY[random.nextInt(NASTY.length)] : random.nextInt();
      for (int i = 0; i < 4; i++) {
        bytes[at + i] = (byte) (value >> 8 * i);
      }
    }
    return bytes;
  }
}
