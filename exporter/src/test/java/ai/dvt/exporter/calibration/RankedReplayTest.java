package ai.dvt.exporter.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RankedReplayTest {
  @ParameterizedTest
  @CsvSource({"300, 3, 100000", "300, 3, 7", "200, 5, 30", "50, 2, 4", "10, 1, 4"})
  void it_counts_what_the_table_counts(int pictures, int exits, int levels) throws Exception {
    List<Double> costs = List.of(1.0, 2.0, 3.0, 4.0, 5.0).subList(0, exits);
    ExitTable table =
        ExitTable.of(MadeUpRecords.make(pictures, exits, levels, 4), costs, ExitOrder.ENTROPY, 0);
    RankedReplay replay = new RankedReplay(table);
    Random random = new Random(1);
    long[] taken = new long[exits];
    long[] expected = new long[exits];
    for (int round = 0; round < 200; round++) {
      int[] cuts = new int[exits - 1];
      for (int exit = 0; exit < cuts.length; exit++) {
        cuts[exit] = replay.cut(exit, round < 2 ? round : random.nextDouble());
      }
      long right = replay.count(cuts, taken);
      assertThat(table.count(replay.thresholds(cuts), expected)).isEqualTo(right);
      assertThat(taken).isEqualTo(expected);
    }
  }
}
