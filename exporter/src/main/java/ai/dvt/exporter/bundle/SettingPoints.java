package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** An operating point for each setting of a model, so that requests can name one. */
final class SettingPoints {
  /** File name without {@code .json}. */
  static final String NAME = "settings";

  private SettingPoints() {}

  /** Empty for a model of one setting, and for cascades, whose points need thresholds too. */
  static Optional<Calibration> of(List<CascadeSetting> settings) {
    boolean cascade = settings.get(0).graphs().stages().size() > 1;
    if (settings.size() == 1 || cascade) {
      return Optional.empty();
    }
    return Optional.of(
        new Calibration(
            "the settings of the export; no accuracy was measured",
            settings.stream().map(SettingPoints::point).toList(),
            Optional.of(settings.get(0).name())));
  }

  private static OperatingPoint point(CascadeSetting setting) {
    return new OperatingPoint(
        setting.name(),
        Optional.of(setting.name()),
        new Thresholds(Criterion.CONFIDENCE, List.of()),
        OptionalDouble.empty(),
        OptionalDouble.of(setting.graphs().stages().get(0).gflops()),
        List.of());
  }
}
