package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import ai.dvt.exporter.checkpoint.Extras;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The operating points that the authors' release files carry: {@code dynamic_threshold} [rows,
 * exits] and {@code budgeted_batch_classification} [average cost, top-1 percent][rows]. Rows go
 * from cheap to dear; the last exit's threshold is left out, as it always answers.
 */
public final class OfficialCalibration {
  /** File name without {@code .json}. */
  public static final String NAME = "official";

  private static final String THRESHOLDS = "dynamic_threshold";
  private static final String CURVE = "budgeted_batch_classification";

  private OfficialCalibration() {}

  /**
   * The points of a checkpoint; empty if it has none.
   *
   * @param gflops of the cascade's exits, cumulative; tells whether the file counts in FLOPs or
   *     GFLOPs
   * @throws BundleException if the tables do not fit each other or the cascade
   */
  public static Optional<Calibration> of(Extras extras, List<Double> gflops) {
    Optional<List<List<Double>>> table = extras.rows(THRESHOLDS);
    if (table.isEmpty() || gflops.size() < 2) {
      return Optional.empty();
    }
    List<List<Double>> rows = table.get();
    Optional<List<List<Double>>> curve = extras.rows(CURVE);
    curve.ifPresent(c -> check(c, rows.size()));
    List<Thresholds> thresholds = new ArrayList<>();
    List<OptionalDouble> costs = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      thresholds.add(thresholds(i, rows.get(i), gflops.size()));
      costs.add(
          curve.isPresent() ? cost(curve.get().get(0).get(i), gflops) : OptionalDouble.empty());
    }
    List<String> names = names(costs);
    List<OperatingPoint> points = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      points.add(
          new OperatingPoint(
              names.get(i),
              Optional.empty(),
              thresholds.get(i),
              curve.isPresent()
                  ? OptionalDouble.of(curve.get().get(1).get(i) / 100)
                  : OptionalDouble.empty(),
              costs.get(i),
              List.of()));
    }
    return Optional.of(
        new Calibration(
            "the checkpoint's own " + THRESHOLDS + ", by its authors", points, best(points)));
  }

  private static void check(List<List<Double>> curve, int rows) {
    if (curve.size() != 2 || curve.get(0).size() != rows || curve.get(1).size() != rows) {
      throw new BundleException(
          CURVE, curve.stream().map(List::size).toList() + " values", "2 rows of " + rows);
    }
  }

  private static Thresholds thresholds(int row, List<Double> stored, int exits) {
    if (stored.size() != exits) {
      throw new BundleException(
          THRESHOLDS + "[" + row + "]", stored.size() + " values", exits + ", one per exit");
    }
    List<Float> values = new ArrayList<>();
    for (double value : stored.subList(0, exits - 1)) {
      values.add(Thresholds.imported((float) value));
    }
    return new Thresholds(Criterion.CONFIDENCE, values);
  }

  /** In 1e9 multiply-adds; absent if the number can be neither FLOPs nor GFLOPs of this cascade. */
  private static OptionalDouble cost(double stored, List<Double> gflops) {
    for (double unit : new double[] {1, 1e-9}) {
      double cost = stored * unit;
      if (cost >= 0.5 * gflops.get(0) && cost <= 2 * gflops.get(gflops.size() - 1)) {
        return OptionalDouble.of(cost);
      }
    }
    return OptionalDouble.empty();
  }

  /** By cost, with as many decimals as it takes to tell the points apart; else also by row. */
  private static List<String> names(List<OptionalDouble> costs) {
    List<String> names = List.of();
    for (int decimals = 2; decimals <= 6; decimals++) {
      String form = "%." + decimals + "fGFLOPs";
      names =
          costs.stream()
              .filter(OptionalDouble::isPresent)
              .map(cost -> String.format(Locale.ROOT, form, cost.getAsDouble()))
              .toList();
      if (new HashSet<>(names).size() == costs.size()) {
        return names;
      }
    }
    List<String> numbered = new ArrayList<>();
    for (int i = 0; i < costs.size(); i++) {
      numbered.add(
          names.size() == costs.size() ? names.get(i) + "-row" + (i + 1) : "row" + (i + 1));
    }
    return numbered;
  }

  /** The most accurate point, the cheapest of equals. */
  private static Optional<String> best(List<OperatingPoint> points) {
    OperatingPoint best = null;
    for (OperatingPoint point : points) {
      if (point.expectedAccuracy().isPresent()
          && (best == null
              || point.expectedAccuracy().getAsDouble() > best.expectedAccuracy().getAsDouble())) {
        best = point;
      }
    }
    return Optional.ofNullable(best).map(OperatingPoint::name);
  }
}
