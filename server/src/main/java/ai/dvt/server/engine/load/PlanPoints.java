package ai.dvt.server.engine.load;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a plan can be made of.
 *
 * @param settings of the model that can be used, the one of requests that name none first
 * @param defaultPolicy of requests without one
 */
public record PlanPoints(List<Setting> settings, ExitPolicy defaultPolicy) {
  /**
   * The points that suit one variant.
   *
   * @param name empty where the model has one setting
   * @param points of the calibrations
   * @param gflops cumulative cost of each exit, 1e9 multiply-adds
   */
  public record Setting(String name, List<OperatingPoint> points, List<Double> gflops) {
    public Setting {
      points = List.copyOf(points);
      gflops = List.copyOf(gflops);
    }

    private List<PlanPoint> usable() {
      return points.stream()
          .flatMap(point -> PlanPoint.of(point, gflops).stream())
          .map(point -> point.in(name))
          .toList();
    }
  }

  public PlanPoints {
    settings = List.copyOf(settings);
    if (settings.isEmpty()) {
      throw new IllegalArgumentException("settings: none (expected: at least one)");
    }
  }

  /** The points whose calibration says where images leave. */
  public List<PlanPoint> usable() {
    return settings.stream().flatMap(setting -> setting.usable().stream()).toList();
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
    Setting first = settings.get(0);
    List<Double> gflops = first.gflops();
    return PlanPoint.last(
            gflops,
            first.usable().stream()
                .filter(point -> point.reach(gflops.size()) == 1)
                .map(PlanPoint::accuracy)
                .findFirst()
                .orElse(OptionalDouble.empty()))
        .in(first.name());
  }
}
