package ai.dvt.server.engine.load;

import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.StageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measured times of a cascade's runs by stage and batch size.
 *
 * @param sizes batch sizes measured, rising
 * @param nanos median nanoseconds of a run, by stage and place in {@code sizes}; a stage need not
 *     have been measured with the largest ones
 */
public record RunTimeTable(List<Integer> sizes, List<List<Long>> nanos) implements RunTimes {
  /** A batch is not worth being larger for less than this part of an image's time. */
  private static final double GAIN = 0.05;

  private static final Logger LOG = LoggerFactory.getLogger(RunTimeTable.class);

  public RunTimeTable {
    sizes = List.copyOf(sizes);
    nanos = nanos.stream().map(List::copyOf).toList();
    for (List<Long> ofStage : nanos) {
      if (ofStage.isEmpty() || ofStage.size() > sizes.size()) {
        throw new IllegalArgumentException(
            "nanos: of " + ofStage.size() + " sizes (expected: 1 to " + sizes.size() + ")");
      }
    }
  }

  /**
   * Runs every stage on grey pictures with powers of two and the largest batch, on all of the
   * device's workers side by side, as under load.
   *
   * @param limit after it every size is measured once only
   */
  public static RunTimeTable measure(CascadeSessions sessions, Device device, Duration limit)
      throws StageException, InterruptedException {
    List<Integer> sizes = powersOfTwo(sessions.maxBatch());
    return measure(sessions, device, sizes, false, sessions.maxBatch(), limit);
  }

  /**
   * As {@link #measure}, but each stage only as far as larger batches take less time an image.
   *
   * @param sizes tried, rising
   * @param mustRun sizes up to it; a larger one that fails is the end of the trying
   */
  public static RunTimeTable measureUpToBest(
      CascadeSessions sessions, Device device, List<Integer> sizes, int mustRun, Duration limit)
      throws StageException, InterruptedException {
    return measure(sessions, device, sizes, true, mustRun, limit);
  }

  private static RunTimeTable measure(
      CascadeSessions sessions,
      Device device,
      List<Integer> sizes,
      boolean toBest,
      int mustRun,
      Duration limit)
      throws StageException, InterruptedException {
    int stages = sessions.variant().stages().size();
    List<List<Long>> nanos = new ArrayList<>();
    for (int stage = 0; stage < stages; stage++) {
      nanos.add(new ArrayList<>());
    }
    try (StageStopwatch stopwatch = new StageStopwatch(sessions, device, limit)) {
      int deepest = stages;
      for (int size = 0; size < sizes.size() && deepest > 0; size++) {
        List<Long> medians;
        try {
          medians = stopwatch.medianNanos(sizes.get(size), deepest);
        } catch (StageException e) {
          if (size == 0 || sizes.get(size) <= mustRun) {
            throw e;
          }
          LOG.warn("batches of {} are not used: {}", sizes.get(size), e.getMessage());
          break;
        }
        int stillBetter = 0;
        for (int stage = 1; stage <= deepest; stage++) {
          List<Long> ofStage = nanos.get(stage - 1);
          if (ofStage.size() == size) {
            ofStage.add(medians.get(stage - 1));
            if (!toBest || getsBetter(sizes, ofStage)) {
              stillBetter = stage;
            }
          }
        }
        deepest = stillBetter;
      }
    }
    return new RunTimeTable(sizes, nanos);
  }

  /** Whether the last size takes less time an image than the one before. */
  private static boolean getsBetter(List<Integer> sizes, List<Long> nanos) {
    int last = nanos.size() - 1;
    return last == 0
        || (double) nanos.get(last) / sizes.get(last)
            < (double) nanos.get(last - 1) / sizes.get(last - 1);
  }

  /** 1, 2, 4 and so on, and the largest. */
  public static List<Integer> powersOfTwo(int largest) {
    List<Integer> sizes = new ArrayList<>();
    for (int size = 1; size < largest; size *= 2) {
      sizes.add(size);
    }
    sizes.add(largest);
    return sizes;
  }

  /**
   * The batch of each stage: the smallest whose time an image is within {@value #GAIN} of the
   * stage's best.
   */
  public List<Integer> batches() {
    List<Integer> batches = new ArrayList<>();
    for (List<Long> ofStage : nanos) {
      double best = Double.MAX_VALUE;
      for (int i = 0; i < ofStage.size(); i++) {
        best = Math.min(best, (double) ofStage.get(i) / sizes.get(i));
      }
      int picked = 0;
      while ((double) ofStage.get(picked) / sizes.get(picked) > best * (1 + GAIN)) {
        picked++;
      }
      batches.add(sizes.get(picked));
    }
    return batches;
  }

  /** Nanoseconds that an image takes through all stages, in {@link #batches}. */
  public double nanosPerImage() {
    List<Integer> batches = batches();
    double sum = 0;
    for (int stage = 1; stage <= nanos.size(); stage++) {
      int rows = batches.get(stage - 1);
      sum += (double) expectedNanos(stage, rows) / rows;
    }
    return sum;
  }

  /** As long as the next larger size measured, for every larger one in proportion to it. */
  @Override
  public long expectedNanos(int stage, int rows) {
    List<Long> ofStage = nanos.get(stage - 1);
    for (int i = 0; i < ofStage.size(); i++) {
      if (sizes.get(i) >= rows) {
        return ofStage.get(i);
      }
    }
    int last = ofStage.size() - 1;
    return ofStage.get(last) * rows / sizes.get(last);
  }
}
