package ai.dvt.server.engine.load;

import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Thresholds and what they are expected to give, as a plan needs it.
 *
 * @param thresholds empty: every image goes to the last exit
 * @param accuracy fraction of pictures answered right, where it was measured
 * @param gflops average cost of an image, 1e9 multiply-adds
 * @param exitShares fraction of images answered at each exit
 * @param setting that it is for; empty where the model has one
 */
public record PlanPoint(
    String name,
    Optional<Thresholds> thresholds,
    OptionalDouble accuracy,
    double gflops,
    List<Double> exitShares,
    String setting) {
  /** The name of no early exit. */
  public static final String LAST = "last";

  public PlanPoint {
    exitShares = List.copyOf(exitShares);
    if (exitShares.isEmpty()) {
      throw new IllegalArgumentException("exitShares: none (expected: one per exit)");
    }
  }

  /** A point of a model of one setting. */
  public PlanPoint(
      String name,
      Optional<Thresholds> thresholds,
      OptionalDouble accuracy,
      double gflops,
      List<Double> exitShares) {
    this(name, thresholds, accuracy, gflops, exitShares, "");
  }

  /** The same for a setting. */
  PlanPoint in(String chosen) {
    return new PlanPoint(name, thresholds, accuracy, gflops, exitShares, chosen);
  }

  /**
   * An operating point, unless its calibration does not say where images leave.
   *
   * @param gflops cumulative cost of each exit
   */
  public static Optional<PlanPoint> of(OperatingPoint point, List<Double> gflops) {
    if (point.exitShares().size() != gflops.size()) {
      return Optional.empty();
    }
    return Optional.of(
        new PlanPoint(
            point.name(),
            Optional.of(point.thresholds()),
            point.expectedAccuracy(),
            point.expectedGflops().orElse(cost(point.exitShares(), gflops)),
            point.exitShares()));
  }

  /**
   * Every image at the last exit.
   *
   * @param gflops cumulative cost of each exit
   */
  public static PlanPoint last(List<Double> gflops, OptionalDouble accuracy) {
    List<Double> shares = new ArrayList<>();
    for (int exit = 1; exit < gflops.size(); exit++) {
      shares.add(0.0);
    }
    shares.add(1.0);
    return new PlanPoint(LAST, Optional.empty(), accuracy, gflops.get(gflops.size() - 1), shares);
  }

  private static double cost(List<Double> shares, List<Double> gflops) {
    double cost = 0;
    for (int exit = 0; exit < gflops.size(); exit++) {
      cost += shares.get(exit) * gflops.get(exit);
    }
    return cost;
  }

  public int stages() {
    return exitShares.size();
  }

  /**
   * Fraction of the images that a stage runs for.
   *
   * @param stage from 1
   */
  public double reach(int stage) {
    double reach = 1;
    for (int exit = 1; exit < stage; exit++) {
      reach -= exitShares.get(exit - 1);
    }
    return Math.max(0, reach);
  }
}
