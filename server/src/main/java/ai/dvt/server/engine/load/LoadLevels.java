package ai.dvt.server.engine.load;

import ai.dvt.cascade.Thresholds;
import ai.dvt.server.engine.LoadControl;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Looks the present load up in a plan.
 *
 * <p>The level rises with the arrival rate as soon as that is no chance, and by one where images
 * are expected to wait for more than half of the objective; it falls by one after {@link
 * #CALM_NANOS} below what the lower level carries, so that it does not swing. Images are refused
 * before anything is spent on them when their wait is expected to take too much of the objective
 * ({@link Patience}): whoever comes in is answered in time, at any rate of arrivals.
 */
public final class LoadLevels implements LoadControl {
  private static final long RATE_WINDOW_NANOS = 1_000_000_000;
  private static final long STEP_NANOS = 50_000_000;
  private static final long CALM_NANOS = 1_000_000_000;

  /** Of the lower level's rate: below it the level falls. */
  private static final double CALM_RATE = 0.85;

  /** Parts of the objective. */
  private static final double PRESSING_WAIT = 0.5;

  private static final double CALM_WAIT = 0.1;

  private final LoadPlan plan;
  private final boolean adapts;
  private final boolean refuses;
  private final LongSupplier nanos;
  private final Consumer<LoadLevel> entered;
  private final ArrivalRate arrivals = new ArrivalRate(RATE_WINDOW_NANOS);
  private final ServiceRate service = new ServiceRate();
  private final Patience patience;
  private volatile Optional<Thresholds> thresholds = Optional.empty();
  private volatile Optional<String> setting = Optional.empty();
  private int level;
  private long changedNanos;
  private int images;
  private long refused;

  /**
   * @param adapts whether the level may rise
   * @param refuses whether images are refused that would be answered after the objective
   * @param nanos the time, as {@link System#nanoTime}
   * @param entered told of every level that comes into use, the first included; must not block
   */
  public LoadLevels(
      LoadPlan plan,
      boolean adapts,
      boolean refuses,
      LongSupplier nanos,
      Consumer<LoadLevel> entered) {
    this.plan = plan;
    this.adapts = adapts;
    this.refuses = refuses;
    this.nanos = nanos;
    this.changedNanos = nanos.getAsLong();
    this.patience = new Patience(plan.objective().toNanos(), changedNanos);
    this.entered = entered;
    entered.accept(plan.levels().get(0));
  }

  public LoadPlan plan() {
    return plan;
  }

  @Override
  public synchronized Optional<Stay> arrives(boolean patient) {
    long now = nanos.getAsLong();
    arrivals.count(now);
    step(now);
    if (refuses && !patient && busy() && waitNanos() > patience.nanos()) {
      refused++;
      return Optional.empty();
    }
    images++;
    return Optional.of(() -> left(patient, now));
  }

  private synchronized void left(boolean patient, long arrivedNanos) {
    long now = nanos.getAsLong();
    if (!patient) {
      patience.answered(now - arrivedNanos, now);
    }
    service.count(busy(), plan.levels().get(level).capacity(), now);
    images--;
    step(now);
  }

  @Override
  public Optional<Thresholds> thresholds() {
    return thresholds;
  }

  @Override
  public Optional<String> setting() {
    return setting;
  }

  /** What the load does now. */
  public synchronized LoadStatistics statistics() {
    long now = nanos.getAsLong();
    step(now);
    return new LoadStatistics(
        level,
        plan.levels().size(),
        plan.levels().get(level).point().name(),
        arrivals.perSecond(now),
        images,
        Duration.ofNanos(Math.round(waitNanos())),
        refused);
  }

  private boolean busy() {
    return images > 2 * plan.workers();
  }

  private double waitNanos() {
    return images * 1e9 / (plan.levels().get(level).capacity() * service.factor());
  }

  private void step(long now) {
    if (!adapts) {
      return;
    }
    double rate = arrivals.perSecond(now);
    double objective = plan.objective().toNanos();
    double wait = busy() ? waitNanos() : 0;
    int byRate = plan.levelFor(arrivals.certainPerSecond(now));
    long since = now - changedNanos;
    if (byRate > level) {
      change(byRate, now);
    } else if (wait > PRESSING_WAIT * objective && since >= STEP_NANOS) {
      if (level < plan.levels().size() - 1) {
        change(level + 1, now);
      } else {
        changedNanos = now; // still pressing: not calm
      }
    } else if (level > 0
        && since >= CALM_NANOS
        && wait <= CALM_WAIT * objective
        && rate <= CALM_RATE * plan.levels().get(level - 1).imagesPerSecond()) {
      change(level - 1, now);
    }
  }

  private void change(int to, long now) {
    level = to;
    changedNanos = now;
    PlanPoint point = plan.levels().get(to).point();
    thresholds = to == 0 ? Optional.empty() : point.thresholds();
    setting = to == 0 ? Optional.empty() : Optional.of(point.setting()).filter(s -> !s.isEmpty());
    entered.accept(plan.levels().get(to));
  }
}
