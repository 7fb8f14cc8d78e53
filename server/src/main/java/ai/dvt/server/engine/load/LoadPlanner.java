package ai.dvt.server.engine.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Makes plans from measured run times and expected exit shares.
 *
 * <p>A point's capacity is {@code workers / sum over stages(reach * time(batch) / batch)}; it is
 * planned for up to {@link #UTILISATION} of it, because queues grow without bound towards the
 * whole. Batches are the most efficient ones, made smaller where filling and running them would
 * take more than half of the objective; the other half is for queues.
 */
public final class LoadPlanner {
  /** The part of the capacity that a level is used up to. */
  public static final double UTILISATION = 0.9;

  /** A cheaper point must carry this much more, or it gives accuracy away for nothing. */
  private static final double WORTH = 1.05;

  private final Map<String, ? extends RunTimes> times;
  private final int workers;
  private final int maxBatch;
  private final Duration objective;

  /** For a model of one setting. */
  public LoadPlanner(RunTimes times, int workers, int maxBatch, Duration objective) {
    this(Map.of("", times), workers, maxBatch, objective);
  }

  /**
   * @param times by setting
   * @param maxBatch the most rows of a run
   * @param objective the latency to plan for
   */
  public LoadPlanner(
      Map<String, ? extends RunTimes> times, int workers, int maxBatch, Duration objective) {
    if (workers < 1 || maxBatch < 1) {
      throw new IllegalArgumentException(
          "workers, maxBatch: " + workers + ", " + maxBatch + " (expected: >= 1)");
    }
    if (objective.isNegative() || objective.isZero()) {
      throw new IllegalArgumentException("objective: " + objective + " (expected: > 0)");
    }
    this.times = Map.copyOf(times);
    this.workers = workers;
    this.maxBatch = maxBatch;
    this.objective = objective;
  }

  /**
   * A plan that begins with the point used without load and goes on with cheaper ones, each the
   * most accurate that carries more.
   */
  public LoadPlan plan(PlanPoint withoutLoad, List<PlanPoint> points) {
    List<LoadLevel> levels = new ArrayList<>();
    levels.add(level(withoutLoad));
    List<LoadLevel> cheaper =
        points.stream()
            .filter(point -> point.thresholds().isPresent())
            .map(this::level)
            .sorted(Comparator.comparingDouble(LoadLevel::imagesPerSecond))
            .toList();
    for (int i = 0; i < cheaper.size(); i++) {
      LoadLevel level = cheaper.get(i);
      double least = levels.get(levels.size() - 1).imagesPerSecond() * WORTH;
      if (level.imagesPerSecond() >= least
          && nothingBetter(level, cheaper.subList(i, cheaper.size()))) {
        levels.add(level);
      }
    }
    return new LoadPlan(levels, objective, workers);
  }

  /** Whether no point that carries as much is more accurate. */
  private static boolean nothingBetter(LoadLevel level, List<LoadLevel> carryingMore) {
    double accuracy = level.point().accuracy().orElse(0);
    return carryingMore.stream().allMatch(l -> l.point().accuracy().orElse(0) <= accuracy);
  }

  /** What one point carries. */
  public LoadLevel level(PlanPoint point) {
    RunTimes ofPoint = times.get(point.setting());
    int stages = point.stages();
    int[] batch = new int[stages];
    for (int stage = 1; stage <= stages; stage++) {
      batch[stage - 1] = mostEfficient(ofPoint, stage);
    }
    while (true) {
      double capacity = capacity(point, batch);
      double rate = UTILISATION * capacity;
      List<Duration> delays = new ArrayList<>();
      long latency = 0;
      int slowest = -1;
      long slowestNanos = 0;
      for (int stage = 1; stage <= stages; stage++) {
        long fill = fillNanos(batch[stage - 1], rate * point.reach(stage));
        long nanos = fill + ofPoint.expectedNanos(stage, batch[stage - 1]);
        delays.add(Duration.ofNanos(fill));
        latency += nanos;
        if (batch[stage - 1] > 1 && nanos > slowestNanos) {
          slowest = stage;
          slowestNanos = nanos;
        }
      }
      if (latency <= objective.toNanos() / 2 || slowest < 0) {
        List<Integer> sizes = new ArrayList<>();
        for (int size : batch) {
          sizes.add(size);
        }
        return new LoadLevel(point, rate, capacity, sizes, delays, Duration.ofNanos(latency));
      }
      batch[slowest - 1] = sizes().lower(batch[slowest - 1]);
    }
  }

  private double capacity(PlanPoint point, int[] batch) {
    double nanosPerImage = 0;
    for (int stage = 1; stage <= batch.length; stage++) {
      int rows = batch[stage - 1];
      nanosPerImage +=
          point.reach(stage) * times.get(point.setting()).expectedNanos(stage, rows) / rows;
    }
    return workers * 1e9 / Math.max(1, nanosPerImage);
  }

  /** How long it takes until so many rows have come; a stage that few reach is not waited for. */
  private long fillNanos(int rows, double perSecond) {
    if (rows == 1 || perSecond <= 0) {
      return 0;
    }
    return Math.round(Math.min(objective.toNanos() / 4.0, (rows - 1) / perSecond * 1e9));
  }

  private int mostEfficient(RunTimes ofPoint, int stage) {
    return sizes().stream()
        .min(Comparator.comparingDouble(rows -> (double) ofPoint.expectedNanos(stage, rows) / rows))
        .orElseThrow();
  }

  /** Powers of two and the largest batch. */
  private TreeSet<Integer> sizes() {
    TreeSet<Integer> sizes = new TreeSet<>();
    for (int size = 1; size < maxBatch; size *= 2) {
      sizes.add(size);
    }
    sizes.add(maxBatch);
    return sizes;
  }
}
