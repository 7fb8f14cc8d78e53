package ai.dvt.exporter.calibration;

/**
 * Pictures in groups, the groups in a fixed order; answers which first groups together gain most
 * without holding more than so many pictures. Adding and asking take logarithmic time.
 */
final class PrefixTree {
  private final int leaves;
  private final int[] count;
  private final int[] gain;
  private final int[] best;
  private final int[] bestEnd;

  /**
   * @param groups number of groups, all empty
   */
  PrefixTree(int groups) {
    int size = Integer.highestOneBit(Math.max(1, 2 * groups - 1));
    this.leaves = size;
    this.count = new int[2 * size];
    this.gain = new int[2 * size];
    this.best = new int[2 * size];
    this.bestEnd = new int[2 * size];
  }

  /** Adds a picture that gains -1, 0 or 1 if it is among the first groups. */
  void add(int group, int pictureGain) {
    int node = leaves + group;
    count[node]++;
    gain[node] += pictureGain;
    best[node] = Math.max(0, gain[node]);
    bestEnd[node] = gain[node] > 0 ? 1 : 0;
    int half = 1;
    for (node >>= 1; node >= 1; node >>= 1) {
      int left = 2 * node;
      int right = left + 1;
      count[node]++;
      gain[node] += pictureGain;
      int through = gain[left] + best[right];
      boolean further = through > best[left];
      best[node] = further ? through : best[left];
      bestEnd[node] = further ? half + bestEnd[right] : bestEnd[left];
      half *= 2;
    }
  }

  /**
   * The best number of first groups.
   *
   * @param most pictures that they may hold
   * @return the gain in the upper 32 bits, the number of groups, as small as possible, in the lower
   */
  long best(long most) {
    if (count[1] <= most) {
      return pack(best[1], bestEnd[1]);
    }
    int node = 1;
    int start = 0;
    int half = leaves / 2;
    int passed = 0;
    long room = most;
    int bestGain = 0;
    int end = 0;
    while (node < leaves) {
      int left = 2 * node;
      if (count[left] <= room) {
        if (passed + best[left] > bestGain) {
          bestGain = passed + best[left];
          end = start + bestEnd[left];
        }
        room -= count[left];
        passed += gain[left];
        start += half;
        node = left + 1;
      } else {
        node = left;
      }
      half /= 2;
    }
    return pack(bestGain, end);
  }

  private static long pack(int gain, int end) {
    return (long) gain << Integer.SIZE | end;
  }

  /** Pictures in the first groups. */
  int countBefore(int groups) {
    int sum = 0;
    for (int low = leaves, high = leaves + groups; low < high; low >>= 1, high >>= 1) {
      if ((low & 1) == 1) {
        sum += count[low++];
      }
      if ((high & 1) == 1) {
        sum += count[--high];
      }
    }
    return sum;
  }
}
