package ai.dvt.exporter.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.records.ExitRecords;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The authors' own sweep over 400 pictures and ten classes; files from the fixtures. */
class SweepFixtureTest {
  private static final int EXITS = 3;
  private static final int PICTURES = 400;
  private static final int CLASSES = 10;
  private static final int ROWS = 59;

  @Test
  void the_authors_59_rows_are_reproduced() throws Exception {
    ExitTable table =
        ExitTable.of(records(), List.of(0.4721, 1.4621, 3.4984), ExitOrder.CONFIDENCE, 0);
    List<SolvedPoint> points = new QuantileSolver().sweep(table, ROWS);
    ByteBuffer thresholds = values("sweep.thresholds.npy");
    ByteBuffer curve = values("sweep.curve.npy");
    for (int row = 0; row < ROWS; row++) {
      SolvedPoint point = points.get(row);
      for (int exit = 0; exit < EXITS - 1; exit++) {
        float expected = thresholds.getFloat(4 * (row * EXITS + exit));
        assertThat(point.urges().get(exit))
            .as("threshold of exit %d in row %d", exit + 1, row + 1)
            .isEqualTo(Thresholds.imported(expected));
      }
      assertThat(point.gflops()).isCloseTo(curve.getDouble(8 * row), within(1e-6));
      assertThat(100 * point.accuracy()).isCloseTo(curve.getDouble(8 * (ROWS + row)), within(1e-9));
    }
  }

  private static ExitRecords records() throws Exception {
    ByteBuffer probabilities = values("sweep.probabilities.npy");
    ByteBuffer labels = values("sweep.labels.npy");
    ExitRecords.Builder records = new ExitRecords.Builder(EXITS);
    for (int picture = 0; picture < PICTURES; picture++) {
      List<ExitOutcome> outcomes = new ArrayList<>();
      for (int exit = 0; exit < EXITS; exit++) {
        int at = 4 * CLASSES * (exit * PICTURES + picture);
        int best = 0;
        float confidence = -1;
        float second = -1;
        double entropy = 0;
        for (int index = 0; index < CLASSES; index++) {
          float probability = probabilities.getFloat(at + 4 * index);
          entropy -= probability * Math.log(probability);
          if (probability > confidence) {
            second = confidence;
            confidence = probability;
            best = index;
          } else {
            second = Math.max(second, probability);
          }
        }
        outcomes.add(
            new ExitOutcome(exit + 1, best, confidence, Math.max(0, second), (float) entropy));
      }
      records.add("%064x".formatted(picture), (int) labels.getLong(8 * picture), outcomes);
    }
    return records.build();
  }

  /** A NumPy file's values. */
  private static ByteBuffer values(String name) throws IOException {
    try (InputStream in = SweepFixtureTest.class.getResourceAsStream("/calibration/" + name)) {
      ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      int start = 10 + (file.getShort(8) & 0xffff);
      return file.slice(start, file.capacity() - start).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
