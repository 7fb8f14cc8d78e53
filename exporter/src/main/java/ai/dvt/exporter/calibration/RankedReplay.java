package ai.dvt.exporter.calibration;

import ai.dvt.cascade.Thresholds;
import java.util.Arrays;

/**
 * Sends all pictures through the cascade again and again, fast: pictures stand by rising urge at
 * the first exit, so that its share is a matter of sums made once; every other exit is one pass
 * without branches over those that are left.
 *
 * <p>A cut takes a threshold's place: at a cut c of an exit leave all pictures but the c least
 * urgent; it stands at the first picture of equal urge. For one thread at a time.
 */
final class RankedReplay {
  private final ExitTable table;
  private final int[][] groupStarts;
  private final float[][] sorted;
  private final int[][] ranks;
  private final int[][] gains;
  private final int[] firstGains;
  private final int rightAtFirst;
  private final int[] alive;

  RankedReplay(ExitTable table) {
    int n = table.size();
    int last = table.exits() - 1;
    this.table = table;
    this.groupStarts = new int[last][n + 1];
    this.sorted = new float[last][n];
    this.ranks = new int[last][n];
    this.gains = new int[last][n];
    this.firstGains = new int[n + 1];
    this.alive = new int[n];
    int[] place = new int[n];
    for (int exit = 0; exit < last; exit++) {
      int[] order = table.byRisingUrge(exit);
      float[] urges = table.urges(exit);
      for (int i = 0; i < n; i++) {
        if (exit == 0) {
          place[order[i]] = i;
        }
        sorted[exit][i] = urges[order[i]];
        boolean same = i > 0 && sorted[exit][i] == sorted[exit][i - 1];
        groupStarts[exit][i] = same ? groupStarts[exit][i - 1] : i;
        ranks[exit][place[order[i]]] = groupStarts[exit][i];
      }
      groupStarts[exit][n] = n;
      for (int picture = 0; picture < n; picture++) {
        gains[exit][place[picture]] =
            (table.correct(exit + 1)[picture] ? 1 : 0) - (table.correct(exit)[picture] ? 1 : 0);
      }
    }
    int right = 0;
    for (boolean correct : table.correct(0)) {
      right += correct ? 1 : 0;
    }
    this.rightAtFirst = right;
    for (int i = 0; i < n && last > 0; i++) {
      firstGains[i + 1] = firstGains[i] + gains[0][i];
    }
  }

  /**
   * The cut that keeps about a share of all pictures from leaving.
   *
   * @param exit from 0, not the last
   */
  int cut(int exit, double share) {
    return groupStarts[exit][(int) Math.round(share * table.size())];
  }

  /** The thresholds of cuts. */
  float[] thresholds(int[] cuts) {
    float[] thresholds = new float[cuts.length];
    for (int exit = 0; exit < cuts.length; exit++) {
      thresholds[exit] = cuts[exit] == table.size() ? Thresholds.NEVER : sorted[exit][cuts[exit]];
    }
    return thresholds;
  }

  /**
   * Counts as {@link ExitTable#count} does.
   *
   * @param taken filled with the number of pictures of each exit
   * @return number of pictures answered right
   */
  long count(int[] cuts, long[] taken) {
    Arrays.fill(taken, 0);
    if (cuts.length == 0) {
      taken[0] = table.size();
      return rightAtFirst;
    }
    int left = cuts[0];
    taken[0] = table.size() - left;
    long right = rightAtFirst + firstGains[left];
    Arrays.fill(alive, 0, cuts[0], -1);
    for (int exit = 1; exit < cuts.length; exit++) {
      long stay = stay(ranks[exit], gains[exit], cuts[exit], alive, cuts[0]);
      int goOn = (int) (stay >> Integer.SIZE);
      right += (int) stay;
      taken[exit] = left - goOn;
      left = goOn;
    }
    taken[cuts.length] = left;
    return right;
  }

  /**
   * Takes those at or over the cut out of {@code alive} (-1 for alive, else 0).
   *
   * @return how many stay alive in the upper 32 bits, their gain in the lower
   */
  private static long stay(int[] ranks, int[] gains, int cut, int[] alive, int length) {
    int count = 0;
    int gain = 0;
    for (int i = 0; i < length; i++) {
      int stays = alive[i] & (ranks[i] - cut >> 31);
      alive[i] = stays;
      count -= stays;
      gain += stays & gains[i];
    }
    return (long) count << Integer.SIZE | gain & 0xffffffffL;
  }
}
