package ai.dvt.client.load.figures;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What one round of one side measured.
 *
 * @param seconds over which {@code answers} were counted
 * @param answers within {@code seconds}
 * @param inTime answers that count, within the objective; all of them without an objective
 * @param latencyNanos of the answers that count: in a closed loop those within {@code seconds}, in
 *     an open loop all
 * @param exitCounts answers that count, by exit
 * @param right of {@code labelled}, answers that count with their true label
 * @param labelled answers that count whose true label is known
 * @param errors images without an answer, by gRPC code
 * @param repliesPerClient answers that count, by client; empty where there are no clients
 * @param allAnswers of the whole round, those before and after counting too
 * @param cpuSeconds of the process that ran the stages, over the whole round
 * @param joules of the machine, over the whole round
 * @param deadlines of all images
 * @param parts of the answers that count
 */
public record Round(
    double seconds,
    long answers,
    long inTime,
    long[] latencyNanos,
    long[] exitCounts,
    long right,
    long labelled,
    Map<String, Long> errors,
    long[] repliesPerClient,
    long allAnswers,
    OptionalDouble cpuSeconds,
    OptionalDouble joules,
    DeadlineCounts deadlines,
    Parts parts) {
  public Round {
    errors = Map.copyOf(new TreeMap<>(errors));
    if (!(seconds > 0)) {
      throw new IllegalArgumentException("seconds: " + seconds + " (expected: > 0)");
    }
  }

  /** Of a side without calls. */
  public Round(
      double seconds,
      long answers,
      long inTime,
      long[] latencyNanos,
      long[] exitCounts,
      long right,
      long labelled,
      Map<String, Long> errors,
      long[] repliesPerClient,
      long allAnswers,
      OptionalDouble cpuSeconds,
      OptionalDouble joules) {
    this(
        seconds,
        answers,
        inTime,
        latencyNanos,
        exitCounts,
        right,
        labelled,
        errors,
        repliesPerClient,
        allAnswers,
        cpuSeconds,
        joules,
        DeadlineCounts.NONE,
        Parts.NONE);
  }

  public double imagesPerSecond() {
    return answers / seconds;
  }

  /** The same with what meters said of it. */
  public Round metered(OptionalDouble cpu, OptionalDouble energy) {
    return new Round(
        seconds,
        answers,
        inTime,
        latencyNanos,
        exitCounts,
        right,
        labelled,
        errors,
        repliesPerClient,
        allAnswers,
        cpu,
        energy,
        deadlines,
        parts);
  }
}
