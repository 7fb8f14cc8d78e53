package ai.dvt.client.load.figures;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * One side's rounds in figures.
 *
 * @param imagesPerSecond median of the rounds
 * @param goodput answers a second within the objective, median of the rounds
 * @param p50Millis over the latencies of all rounds; as the others empty without an answer
 * @param accuracy fraction right; empty without labels
 * @param exitShares fraction of the answers given at each exit
 * @param errors images without an answer, by gRPC code
 * @param repliesPerClient over all rounds
 * @param cpuSecondsPerImage of the process that ran the stages; empty for a foreign server
 * @param joulesPerImage of the machine; empty without a counter
 * @param deadlines over all rounds
 * @param parts over all rounds
 */
public record SideFigures(
    double imagesPerSecond,
    double goodput,
    OptionalDouble p50Millis,
    OptionalDouble p99Millis,
    OptionalDouble accuracy,
    List<Double> exitShares,
    Map<String, Long> errors,
    List<Long> repliesPerClient,
    OptionalDouble cpuSecondsPerImage,
    OptionalDouble joulesPerImage,
    DeadlineCounts deadlines,
    Parts parts) {

  /** The figures of at least one round. */
  public static SideFigures of(List<Round> rounds) {
    Percentiles latencies =
        Percentiles.of(
            rounds.stream().flatMapToLong(r -> Arrays.stream(r.latencyNanos())).toArray());
    long right = rounds.stream().mapToLong(Round::right).sum();
    long labelled = rounds.stream().mapToLong(Round::labelled).sum();
    List<Long> exits = sums(rounds, Round::exitCounts);
    long answers = exits.stream().mapToLong(Long::longValue).sum();
    Map<String, Long> errors = new TreeMap<>();
    rounds.forEach(r -> r.errors().forEach((code, count) -> errors.merge(code, count, Long::sum)));
    return new SideFigures(
        median(rounds.stream().mapToDouble(Round::imagesPerSecond)),
        median(rounds.stream().mapToDouble(r -> r.inTime() / r.seconds())),
        millis(latencies.at(50)),
        millis(latencies.at(99)),
        labelled == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) right / labelled),
        exits.stream().map(count -> answers == 0 ? 0 : (double) count / answers).toList(),
        errors,
        sums(rounds, Round::repliesPerClient),
        anImage(rounds, Round::cpuSeconds),
        anImage(rounds, Round::joules),
        rounds.stream().map(Round::deadlines).reduce(DeadlineCounts.NONE, DeadlineCounts::plus),
        Parts.of(rounds.stream().map(Round::parts).toList()));
  }

  /** Images without an answer. */
  public long errorCount() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  private static double median(DoubleStream values) {
    return MedianInterval.of(values.toArray()).median();
  }

  private static OptionalDouble millis(OptionalDouble nanos) {
    return nanos.isPresent() ? OptionalDouble.of(nanos.getAsDouble() / 1e6) : nanos;
  }

  private static List<Long> sums(List<Round> rounds, Function<Round, long[]> counts) {
    long[] sums = new long[counts.apply(rounds.get(0)).length];
    for (Round round : rounds) {
      long[] one = counts.apply(round);
      for (int i = 0; i < sums.length; i++) {
        sums[i] += one[i];
      }
    }
    return Arrays.stream(sums).boxed().toList();
  }

  private static OptionalDouble anImage(List<Round> rounds, Function<Round, OptionalDouble> meter) {
    long images = rounds.stream().mapToLong(Round::allAnswers).sum();
    if (images == 0 || rounds.stream().anyMatch(round -> meter.apply(round).isEmpty())) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        rounds.stream().mapToDouble(round -> meter.apply(round).getAsDouble()).sum() / images);
  }
}
