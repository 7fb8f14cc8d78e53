package ai.dvt.server.page;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.grpc.ServedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What the page knows of a model, in the shape of its JSON. Absent numbers are null.
 *
 * @param labels in class order
 * @param stages in order
 * @param points that fit the variant in use or another setting, by cost rising
 * @param defaultPoint the operating point of a request without a policy; null: another default
 * @param data what the default calibration was made on; null: no calibration
 */
record ModelCard(
    String name,
    String version,
    String variant,
    String provider,
    int classes,
    List<String> labels,
    InputCard input,
    List<StageCard> stages,
    List<PointCard> points,
    String defaultPoint,
    String data) {

  /** The part of a picture that is looked at. */
  record InputCard(int height, int width, int resizeSide, String resize) {}

  /**
   * A stage.
   *
   * @param gflops from the start to this stage's exit
   */
  record StageCard(String name, int rows, int columns, double gflops) {}

  /**
   * An operating point.
   *
   * @param thresholds one per exit but the last; null where nobody leaves
   * @param stages of its setting; null: the model's
   */
  record PointCard(
      String name,
      String criterion,
      List<Float> thresholds,
      Double accuracy,
      Double gflops,
      List<Double> shares,
      List<StageCard> stages) {}

  ModelCard {
    labels = List.copyOf(labels);
    stages = List.copyOf(stages);
    points = List.copyOf(points);
  }

  static ModelCard of(ServedModel model) {
    VariantSpec running = model.cascade().variant();
    CascadeManifest manifest = model.version().manifest();
    Calibration calibration = shown(model);
    List<PointCard> points =
        calibration == null
            ? List.of()
            : calibration.points().stream()
                .filter(
                    p -> p.suits(running) || manifest.settings().contains(p.variant().orElse("")))
                .map(p -> card(p, p.suits(running) ? null : stages(manifest, p)))
                .sorted(
                    Comparator.comparing(
                        PointCard::gflops, Comparator.nullsLast(Comparator.naturalOrder())))
                .toList();
    Preprocessing input = manifest.preprocessing();
    return new ModelCard(
        model.version().name(),
        model.version().version(),
        running.name(),
        model.provider(),
        model.cascade().classes(),
        model.version().labels(),
        new InputCard(
            input.height(), input.width(), input.resizeSide(), lower(input.resize().name())),
        running.stages().stream().map(ModelCard::card).toList(),
        points,
        model.version().defaultPolicy().rule() instanceof ExitRule.AtPoint point
            ? point.name()
            : null,
        calibration == null ? null : calibration.data());
  }

  /** The calibration with the default point; without one, the first. */
  private static Calibration shown(ServedModel model) {
    List<Calibration> all = List.copyOf(model.version().calibrations().values());
    return all.stream()
        .filter(calibration -> calibration.defaultPoint().isPresent())
        .findFirst()
        .orElse(all.isEmpty() ? null : all.get(0));
  }

  /** Those of the setting to which the point belongs. */
  private static List<StageCard> stages(CascadeManifest manifest, OperatingPoint point) {
    return manifest.variants().stream()
        .filter(point::suits)
        .findFirst()
        .map(variant -> variant.stages().stream().map(ModelCard::card).toList())
        .orElse(null);
  }

  private static StageCard card(StageSpec stage) {
    return new StageCard(stage.name(), stage.gridRows(), stage.gridColumns(), stage.gflops());
  }

  private static PointCard card(OperatingPoint point, List<StageCard> stages) {
    List<Float> thresholds = new ArrayList<>();
    point
        .thresholds()
        .values()
        .forEach(value -> thresholds.add(Float.isFinite(value) ? value : null));
    return new PointCard(
        point.name(),
        lower(point.thresholds().criterion().name()),
        thresholds,
        boxed(point.expectedAccuracy()),
        boxed(point.expectedGflops()),
        point.exitShares(),
        stages);
  }

  private static Double boxed(java.util.OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
