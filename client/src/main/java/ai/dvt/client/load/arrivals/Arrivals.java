package ai.dvt.client.load.arrivals;

import java.time.Duration;

/** Draws the times at which images arrive. */
@FunctionalInterface
public interface Arrivals {
  /**
   * The arrivals of one round.
   *
   * @param seed the same one gives the same arrivals
   * @return nanoseconds since the start, ascending, all before {@code length}
   */
  long[] draw(Duration length, long seed);

  /**
   * Independent arrivals at one rate.
   *
   * @param rate images a second
   */
  static Arrivals poisson(double rate) {
    return (length, seed) -> RateArrivals.draw(length, seed, rate, seconds -> seconds * rate);
  }

  /**
   * Bursts: the first fifth of every second brings four fifths of its images, at four times the
   * rate; the rest of the second a quarter of the rate. Inside both the arrivals are independent.
   *
   * @param rate images a second, on average over whole seconds
   */
  static Arrivals bursty(double rate) {
    return (length, seed) ->
        RateArrivals.draw(length, seed, rate, seconds -> rate * RateArrivals.bursts(seconds));
  }
}
