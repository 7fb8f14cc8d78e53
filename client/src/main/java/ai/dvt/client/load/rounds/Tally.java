package ai.dvt.client.load.rounds;

import ai.dvt.client.load.figures.DeadlineCounts;
import ai.dvt.client.load.figures.LatencyList;
import ai.dvt.client.load.figures.Parts;
import ai.dvt.client.load.figures.Round;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Counts the images of one round. Safe from any thread. */
final class Tally {
  private final long[] exits;
  private final long[] replies;
  private final Map<String, Long> errors = new TreeMap<>();
  private final LatencyList latencies = new LatencyList();
  private final LatencyList stages = new LatencyList();
  private final LatencyList queues = new LatencyList();
  private final LatencyList beside = new LatencyList();
  private final boolean everyImage;
  private final long objectiveNanos;
  private final long fromNanos;
  private final long untilNanos;
  private long answers;
  private long allAnswers;
  private DeadlineCounts deadlines = DeadlineCounts.NONE;
  private long inTime;
  private long right;
  private long labelled;

  /**
   * @param exits of the model
   * @param plan of a closed loop: what is outside the time counts nowhere; of an open loop: it is
   *     left out of the throughput alone
   * @param fromNanos answers before it do not count, by {@link System#nanoTime}
   * @param untilNanos answers after it do not count
   */
  Tally(int exits, int clients, RoundPlan plan, long fromNanos, long untilNanos) {
    this.exits = new long[exits];
    this.replies = new long[clients];
    this.everyImage = plan.load() instanceof Load.Open;
    this.objectiveNanos = plan.objective().map(o -> o.toNanos()).orElse(Long.MAX_VALUE);
    this.fromNanos = fromNanos;
    this.untilNanos = untilNanos;
  }

  /**
   * An image is done.
   *
   * @param sinceNanos the time from which its latency runs
   */
  synchronized void done(
      int client, long sinceNanos, long nowNanos, Reply reply, Optional<String> truth) {
    deadlines = deadlines.plus(reply.deadline());
    if (!reply.answered()) {
      errors.merge(reply.error(), 1L, Long::sum);
      return;
    }
    allAnswers++;
    boolean inWindow = nowNanos - fromNanos >= 0 && nowNanos - untilNanos <= 0;
    answers += inWindow ? 1 : 0;
    if (!inWindow && !everyImage) {
      return;
    }
    replies[client]++;
    exits[reply.exit() - 1]++;
    latencies.add(nowNanos - sinceNanos);
    stages.add(reply.stageNanos());
    queues.add(reply.queueNanos());
    beside.add(nowNanos - sinceNanos - reply.stageNanos() - reply.queueNanos());
    inTime += nowNanos - sinceNanos <= objectiveNanos ? 1 : 0;
    if (truth.isPresent()) {
      labelled++;
      right += truth.get().equals(reply.label()) ? 1 : 0;
    }
  }

  /**
   * The round.
   *
   * @param seconds over which answers were counted
   */
  synchronized Round round(double seconds) {
    return new Round(
        seconds,
        answers,
        inTime,
        latencies.toArray(),
        exits.clone(),
        right,
        labelled,
        errors,
        replies.clone(),
        allAnswers,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        deadlines,
        new Parts(stages.toArray(), queues.toArray(), beside.toArray()));
  }
}
