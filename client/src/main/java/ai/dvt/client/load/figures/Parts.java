package ai.dvt.client.load.figures;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Where the time of answers went, in nanoseconds; an element an answer in each.
 *
 * @param stages in the runs of stages, as the server says
 * @param queues waiting for stages, as the server says
 * @param beside what is left of the latency: network, messages, decoding, hand-over
 */
public record Parts(long[] stages, long[] queues, long[] beside) {
  public static final Parts NONE = new Parts(new long[0], new long[0], new long[0]);

  /** All together. */
  public static Parts of(List<Parts> several) {
    return new Parts(
        all(several, Parts::stages), all(several, Parts::queues), all(several, Parts::beside));
  }

  private static long[] all(List<Parts> several, Function<Parts, long[]> part) {
    return several.stream().map(part).flatMapToLong(LongStream::of).toArray();
  }

  /** Median milliseconds of one of the parts; empty without answers. */
  public static OptionalDouble medianMillis(long[] nanos) {
    OptionalDouble median = Percentiles.of(nanos).at(50);
    return median.isPresent() ? OptionalDouble.of(median.getAsDouble() / 1e6) : median;
  }
}
