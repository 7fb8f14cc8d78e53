package ai.dvt.server.engine.guard;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import ai.dvt.server.engine.EarlyAnswers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a share of the early answers with the last exit, by operating point. When they agree
 * less often than the calibration promised, beyond chance, the pictures are others than those of
 * the calibration: it says so once and, if allowed, a stricter point takes the place until the
 * model is loaded again.
 */
public final class AgreementGuard implements EarlyAnswers {
  /** The name of all thresholds that no point names. */
  public static final String UNNAMED = "thresholds";

  private static final Logger LOG = LoggerFactory.getLogger(AgreementGuard.class);

  /** Tally of one point. */
  private static final class Watched {
    final String name;
    final Optional<OperatingPoint> point;
    final Agreement recent = new Agreement();
    long compared;
    long agreed;
    boolean drifting;

    Watched(String name, Optional<OperatingPoint> point) {
      this.name = name;
      this.point = point;
    }

    OptionalDouble promised() {
      return point.isPresent() ? point.get().expectedAgreement() : OptionalDouble.empty();
    }
  }

  private final String cascade;
  private final double share;
  private final boolean moves;
  private final RandomGenerator random;
  private final Map<Thresholds, Watched> points = new LinkedHashMap<>();
  private final Watched unnamed = new Watched(UNNAMED, Optional.empty());

  /**
   * @param cascade for the log
   * @param points of the calibration
   * @param share of the early answers to compare, 0 to 1
   * @param moves whether a stricter point takes a drifting one's place
   */
  public AgreementGuard(
      String cascade,
      List<OperatingPoint> points,
      double share,
      boolean moves,
      RandomGenerator random) {
    this.cascade = cascade;
    this.share = share;
    this.moves = moves;
    this.random = random;
    points.stream()
        .sorted(Comparator.comparingDouble(point -> point.expectedGflops().orElse(0)))
        .forEach(
            point ->
                this.points.putIfAbsent(
                    point.thresholds(), new Watched(point.name(), Optional.of(point))));
  }

  @Override
  public boolean watches(Thresholds thresholds, ExitReason reason) {
    if (reason != ExitReason.CONFIDENT) {
      return false;
    }
    synchronized (this) {
      return random.nextDouble() < share;
    }
  }

  @Override
  public void compared(Thresholds thresholds, ExitOutcome early, ExitOutcome last) {
    boolean agrees = early.index() == last.index();
    String says = "";
    synchronized (this) {
      Watched watched = points.getOrDefault(thresholds, unnamed);
      watched.compared++;
      watched.agreed += agrees ? 1 : 0;
      watched.recent.add(agrees);
      if (watched.promised().isPresent()) {
        says = judge(watched, watched.promised().getAsDouble());
      }
    }
    if (!says.isEmpty()) {
      LOG.warn(says);
    }
  }

  /** What to say if the point began or ceased to drift; empty otherwise. */
  private String judge(Watched watched, double promised) {
    boolean was = watched.drifting;
    if (!was) {
      watched.drifting = watched.recent.upperBound() < promised;
    } else if (watched.recent.share() >= promised) {
      watched.drifting = false;
    }
    if (was == watched.drifting) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "%s, point %s: early answers agree with the last exit in %.1f %% (expected: %.1f %%, as in"
            + " the calibration)%s",
        cascade,
        watched.name,
        100 * watched.recent.share(),
        100 * promised,
        watched.drifting
            ? ": the pictures have changed"
                + (moves ? "; a stricter point takes its place" : "; calibrate again")
            : " again");
  }

  @Override
  public synchronized Thresholds inUse(Thresholds asked) {
    Watched watched = points.get(asked);
    if (!moves || watched == null || !watched.drifting) {
      return asked;
    }
    boolean dearer = false;
    for (Watched other : points.values()) {
      if (dearer && !other.drifting) {
        return other.point.orElseThrow().thresholds();
      }
      dearer |= other == watched;
    }
    return new Thresholds(
        asked.criterion(), asked.values().stream().map(value -> Thresholds.NEVER).toList());
  }

  /** Points that were compared, cheapest first. */
  public synchronized List<GuardStatistics> statistics() {
    List<Watched> all = new ArrayList<>(points.values());
    all.add(unnamed);
    return all.stream()
        .filter(watched -> watched.compared > 0)
        .map(
            watched ->
                new GuardStatistics(
                    watched.name,
                    watched.compared,
                    watched.agreed,
                    watched.recent.share(),
                    watched.promised(),
                    watched.drifting))
        .toList();
  }
}
