package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.server.evaluation.replay.PointResult;
import ai.dvt.server.repository.ModelVersion;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model after its pass over the pictures.
 *
 * @param name in the report
 * @param settings in the manifest's order; one where it has no settings
 */
public record RecordedModel(String name, List<RecordedSetting> settings) {
  /** The point without early exit. */
  public static final String LAST = "last";

  public RecordedModel {
    settings = List.copyOf(settings);
  }

  /** The setting of requests that name none. */
  RecordedSetting first() {
    return settings.get(0);
  }

  ModelVersion version() {
    return first().setting().version();
  }

  ModelFamily family() {
    return ModelFamily.of(version().manifest());
  }

  /** Whether there is nothing to leave early and nothing is left out. */
  public boolean baseline() {
    return family().baseline() && settings.size() == 1;
  }

  /** Whether pictures may leave early. */
  public boolean cascade() {
    return first().setting().exits() > 1;
  }

  /** Whether it can spend more or less on every picture. */
  boolean hasSettings() {
    return settings.size() > 1;
  }

  /** The operating points from cheap to dear, then the last exit alone; of a baseline only that. */
  Map<String, PointResult> results() {
    Map<String, PointResult> unsorted = new LinkedHashMap<>();
    Map<String, PointResult> lasts = new LinkedHashMap<>();
    for (RecordedSetting setting : settings) {
      if (cascade()) {
        for (OperatingPoint point : setting.setting().points()) {
          unsorted.put(
              point.name(), PointResult.of(setting.records(), setting.policy(point.name())));
        }
        lasts.put(lastPoint(setting), setting.lastExit());
      } else {
        unsorted.put(lastPoint(setting), setting.lastExit());
      }
    }
    Map<String, PointResult> results = new LinkedHashMap<>();
    for (Map<String, PointResult> part : List.of(unsorted, lasts)) {
      part.entrySet().stream()
          .sorted(Comparator.comparingDouble(entry -> entry.getValue().gflops()))
          .forEach(entry -> results.put(entry.getKey(), entry.getValue()));
    }
    return results;
  }

  /** The same without the last exits of all settings but the first: the curve that is offered. */
  Map<String, PointResult> curve() {
    Map<String, PointResult> curve = new LinkedHashMap<>(results());
    if (cascade()) {
      settings.subList(1, settings.size()).forEach(setting -> curve.remove(lastPoint(setting)));
    }
    return curve;
  }

  /**
   * What the report calls the last exit of a setting: of a setting with one exit its operating
   * point.
   */
  String lastPoint(RecordedSetting setting) {
    if (!cascade() && !baseline()) {
      return setting.setting().points().stream()
          .sorted(Comparator.comparing(point -> point.expectedAccuracy().isEmpty()))
          .map(OperatingPoint::name)
          .findFirst()
          .orElseGet(() -> last(setting));
    }
    return last(setting);
  }

  private static String last(RecordedSetting setting) {
    String name = setting.setting().setting();
    return name.isEmpty() ? LAST : LAST + "@" + name;
  }

  /** The point of the report that stands for one of the calibrations. */
  String shown(String point) {
    return cascade() ? point : lastPoint(settingOf(point));
  }

  /** The setting that a point of the report or of a calibration is answered in. */
  public RecordedSetting settingOf(String point) {
    for (RecordedSetting setting : settings) {
      boolean own =
          setting.setting().points().stream().anyMatch(known -> known.name().equals(point));
      if (own || lastPoint(setting).equals(point)) {
        return setting;
      }
    }
    return first();
  }

  /** The policy of a point. */
  public BoundPolicy policy(String point) {
    RecordedSetting setting = settingOf(point);
    boolean own = setting.setting().points().stream().anyMatch(p -> p.name().equals(point));
    return own ? setting.policy(point) : setting.setting().bind(ExitPolicy.LAST_EXIT);
  }

  /** The point of requests without a policy, if there is one. */
  Optional<String> defaultPoint() {
    return version().calibrations().values().stream()
        .flatMap(calibration -> calibration.defaultPoint().stream())
        .findFirst();
  }

  /** The operating points of a calibration. */
  List<OperatingPoint> points(String calibration) {
    return Optional.ofNullable(version().calibrations().get(calibration))
        .map(Calibration::points)
        .orElse(List.of());
  }
}
