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

  /** Takes out what the policy wants to run next; null if nothing is ready. */
  Batch next(long nowNanos) {
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
    return ready.isEmpty() ? null : waiting.get(policy.next(ready, nowNanos)).take(nowNanos);
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
