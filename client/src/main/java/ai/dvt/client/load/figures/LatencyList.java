package ai.dvt.client.load.figures;

import java.util.Arrays;

/** A growing list of latencies in nanoseconds; for one thread. */
public final class LatencyList {
  private long[] nanos = new long[1024];
  private int size;

  public void add(long latencyNanos) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
    }
    nanos[size++] = latencyNanos;
  }

  /** A copy, in the order of adding. */
  public long[] toArray() {
    return Arrays.copyOf(nanos, size);
  }
}
