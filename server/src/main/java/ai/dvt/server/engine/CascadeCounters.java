package ai.dvt.server.engine;

import ai.dvt.cascade.ExitReason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Counts what becomes of a cascade's images. Safe from any thread, without a lock. */
final class CascadeCounters {
  /** Rows and bytes that wait for a stage. */
  record Queued(int rows, long bytes) {}

  private static final class StageCounters {
    final LongAdder[] runs;
    final LongAdder rows = new LongAdder();
    final LongAdder runNanos = new LongAdder();
    final LongAdder queueNanos = new LongAdder();
    final LongAdder[] answered = adders(ExitReason.values().length);

    StageCounters(int maxBatch) {
      runs = adders(maxBatch + 1);
    }
  }

  private final List<StageCounters> stages;
  private final LongAdder prepared = new LongAdder();
  private final LongAdder preparingNanos = new LongAdder();
  private final LongAdder[] failed = adders(EngineException.Kind.values().length);

  CascadeCounters(int stages, int maxBatch) {
    this.stages =
        IntStream.range(0, stages).mapToObj(stage -> new StageCounters(maxBatch)).toList();
  }

  /**
   * A run ended.
   *
   * @param queueNanos that its rows waited, all together
   */
  void ran(int stage, int rows, long runNanos, long queueNanos) {
    StageCounters counters = stages.get(stage - 1);
    counters.runs[rows].increment();
    counters.rows.add(rows);
    counters.runNanos.add(runNanos);
    counters.queueNanos.add(queueNanos);
  }

  /**
   * The part of a stage's rows that a deeper stage gets, as seen so far; all of them before any
   * ran.
   *
   * @param from from 1
   */
  double shareGoingOn(int from, int to) {
    long all = stages.get(from - 1).rows.sum();
    return all == 0 || from == to ? 1 : Math.min(1, (double) stages.get(to - 1).rows.sum() / all);
  }

  /** An image was decoded. */
  void prepared(long nanos) {
    prepared.increment();
    preparingNanos.add(nanos);
  }

  void answered(int exit, ExitReason reason) {
    stages.get(exit - 1).answered[reason.ordinal()].increment();
  }

  void failed(EngineException.Kind kind) {
    failed[kind.ordinal()].increment();
  }

  /**
   * @param queued of a stage, from 1
   */
  CascadeStatistics read(String name, IntFunction<Queued> queued) {
    List<StageStatistics> read = new ArrayList<>();
    for (int stage = 1; stage <= stages.size(); stage++) {
      StageCounters counters = stages.get(stage - 1);
      Queued waiting = queued.apply(stage);
      read.add(
          new StageStatistics(
              stage,
              waiting.rows(),
              waiting.bytes(),
              IntStream.range(0, counters.runs.length)
                  .mapToObj(size -> counters.runs[size].sum())
                  .toList(),
              counters.runNanos.sum(),
              counters.queueNanos.sum(),
              counted(ExitReason.class, counters.answered)));
    }
    return new CascadeStatistics(
        name,
        read,
        prepared.sum(),
        preparingNanos.sum(),
        counted(EngineException.Kind.class, failed));
  }

  private static <E extends Enum<E>> Map<E, Long> counted(Class<E> type, LongAdder[] adders) {
    Map<E, Long> counts = new EnumMap<>(type);
    for (E value : type.getEnumConstants()) {
      long count = adders[value.ordinal()].sum();
      if (count > 0) {
        counts.put(value, count);
      }
    }
    return counts;
  }

  private static LongAdder[] adders(int count) {
    LongAdder[] adders = new LongAdder[count];
    for (int i = 0; i < count; i++) {
      adders[i] = new LongAdder();
    }
    return adders;
  }
}
