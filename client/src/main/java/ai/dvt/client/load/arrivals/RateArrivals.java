package ai.dvt.client.load.arrivals;

import java.time.Duration;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/** A Poisson process whose rate may change: unit exponential steps through the expected count. */
final class RateArrivals {
  static final double BURST_SECONDS = 0.2;
  static final double BURST_SHARE = 0.8;

  private RateArrivals() {}

  /**
   * @param expected images expected until a time in seconds; rising
   */
  static long[] draw(Duration length, long seed, double rate, DoubleUnaryOperator expected) {
    if (!(rate > 0 && Double.isFinite(rate))) {
      throw new IllegalArgumentException("rate: " + rate + " (expected: > 0 images a second)");
    }
    Random random = new Random(seed);
    double end = length.toNanos() / 1e9;
    java.util.stream.LongStream.Builder times = java.util.stream.LongStream.builder();
    double count = 0;
    double time = 0;
    while (true) {
      count += -Math.log1p(-random.nextDouble());
      time = when(count, expected, time, end);
      if (time >= end) {
        return times.build().toArray();
      }
      times.add((long) (time * 1e9));
    }
  }

  /** Images of rate 1 expected until a time: 0.8 in the first 0.2 s of every second. */
  static double bursts(double seconds) {
    double whole = Math.floor(seconds);
    double part = seconds - whole;
    return whole
        + (part < BURST_SECONDS
            ? part * BURST_SHARE / BURST_SECONDS
            : BURST_SHARE + (part - BURST_SECONDS) * (1 - BURST_SHARE) / (1 - BURST_SECONDS));
  }

  /** By halving, between a time that is too early and the end, to the nanosecond. */
  private static double when(double count, DoubleUnaryOperator expected, double from, double end) {
    if (expected.applyAsDouble(end) <= count) {
      return end;
    }
    double early = from;
    double late = end;
    while (late - early > 1e-9) {
      double middle = (early + late) / 2;
      if (expected.applyAsDouble(middle) < count) {
        early = middle;
      } else {
        late = middle;
      }
    }
    return late;
  }
}
