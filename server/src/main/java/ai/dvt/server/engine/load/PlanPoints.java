package ai.dvt.server.engine.load;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a plan can be made of: the points that suit the variant in use.
 *
 * @param points of the calibrations
 * @param gflops cumulative cost of each exit, 1e9 multiply-adds
 * @param defaultPolicy of requests without one
 */
public record PlanPoints(
    List<OperatingPoint> points, List<Double> gflops, ExitPolicy defaultPolicy) {
  public PlanPoints {
    points = List.copyOf(points);
    gflops = List.copyOf(gflops);
  }

  /** The points whose calibration says where images leave. */
  public List<PlanPoint> usable() {
    return points.stream().flatMap(point -> PlanPoint.of(point, gflops).stream()).toList();
  }

  /** What clients get that ask for nothing. */
  public PlanPoint withoutLoad() {
    if (defaultPolicy.rule() instanceof ExitRule.AtPoint asked) {
      Optional<PlanPoint> known =
          usable().stream().filter(point -> point.name().equals(asked.name())).findFirst();
      if (known.isPresent()) {
        return known.get();
      }
    }
    return PlanPoint.last(
        gflops,
        usable().stream()
            .filter(point -> point.reach(gflops.size()) == 1)
            .map(PlanPoint::accuracy)
            .findFirst()
            .orElse(OptionalDouble.empty()));
  }
}
