package ai.dvt.server.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The queues of all stages of all cascades. Under the scheduler's lock. */
final class ReadyQueues {
  private final BatchPolicy policy;
  private final Map<ServedCascade, List<StageQueue>> queues = new LinkedHashMap<>();

  ReadyQueues(BatchPolicy policy) {
    this.policy = policy;
  }

  /** Adds an image at the end of its stage's queue. */
  void add(Journey image) {
    queues.computeIfAbsent(image.cascade(), ReadyQueues::queuesOf).get(image.stage - 1).add(image);
  }

  /** Takes a queued image out. */
  void remove(Journey image) {
    queues.get(image.cascade()).get(image.stage - 1).remove(image);
  }

  /** What waits for a stage. */
  CascadeCounters.Queued queued(ServedCascade cascade, int stage) {
    List<StageQueue> stages = queues.get(cascade);
    return stages == null ? new CascadeCounters.Queued(0, 0) : stages.get(stage - 1).queued();
  }

  boolean isEmpty() {
    return queues.values().stream()
        .allMatch(stages -> stages.stream().allMatch(queue -> queue.size() == 0));
  }

  /**
   * Takes out what the policy wants to run next; null if nothing is ready.
   *
   * @param late gets images met on the way that are too late for their stage; they are taken out
   */
  Batch next(BatchPolicy.Room room, long nowNanos, List<Journey> late) {
    while (true) {
      List<StageQueue> waiting = new ArrayList<>();
      List<BatchPolicy.Ready> ready = new ArrayList<>();
      for (List<StageQueue> stages : queues.values()) {
        for (StageQueue queue : stages) {
          if (queue.size() > 0) {
            waiting.add(queue);
            ready.add(queue.ready());
          }
        }
      }
      if (ready.isEmpty()) {
        return null;
      }
      BatchPolicy.Choice choice = policy.next(ready, room, nowNanos);
      Batch batch = waiting.get(choice.queue()).take(choice.rows(), nowNanos, late);
      if (batch != null) {
        return batch;
      }
    }
  }

  /**
   * Nanoseconds of a worker that go before whatever joins a stage's queue now: everything that
   * waits for a deeper stage of any cascade and what it brings, equal stages of other cascades, and
   * the deeper stages of those ahead in the queue itself. Earlier stages do not count: a queue with
   * a deadline is due before it is too late.
   */
  long nanosBefore(ServedCascade cascade, int stage) {
    long nanos = 0;
    for (Map.Entry<ServedCascade, List<StageQueue>> entry : queues.entrySet()) {
      ServedCascade other = entry.getKey();
      List<StageQueue> stages = entry.getValue();
      for (int at = stage; at <= stages.size(); at++) {
        int rows = stages.get(at - 1).size();
        if (rows == 0) {
          continue;
        }
        nanos += Workload.nanos(other, at, rows);
        if (other == cascade && at == stage) { // the forecast counts the queue's own runs
          int batch = other.pace().batch(at);
          nanos -= Math.round((double) rows * other.times().expectedNanos(at, batch) / batch);
        }
      }
    }
    return Math.max(0, nanos);
  }

  /** Forgets a cascade of which nothing waits. */
  void forgetIfEmpty(ServedCascade cascade) {
    List<StageQueue> stages = queues.get(cascade);
    if (stages != null && stages.stream().allMatch(queue -> queue.size() == 0)) {
      queues.remove(cascade);
    }
  }

  private static List<StageQueue> queuesOf(ServedCascade cascade) {
    List<StageQueue> stages = new ArrayList<>();
    for (int stage = 1; stage <= cascade.stages(); stage++) {
      stages.add(new StageQueue(cascade, stage));
    }
    return stages;
  }
}
