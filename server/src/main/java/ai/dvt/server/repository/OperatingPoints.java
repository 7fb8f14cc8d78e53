package ai.dvt.server.repository;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The calibrations of one version folder.
 *
 * @param calibrations by file name without {@code .json}, in order of name
 * @param byName points of all calibrations
 */
record OperatingPoints(
    Map<String, Calibration> calibrations,
    Map<String, OperatingPoint> byName,
    ExitPolicy defaultPolicy) {
  private static final String FOLDER = "calibrations";
  private static final String SUFFIX = ".json";
  private static final int MAX_BYTES = 16 << 20;

  /** Reads {@code calibrations/*.json}; adds every problem. */
  static OperatingPoints read(VersionFiles files, CascadeManifest manifest, Problems problems) {
    Map<String, Calibration> calibrations = new LinkedHashMap<>();
    Map<String, OperatingPoint> byName = new LinkedHashMap<>();
    Map<String, String> fileOfPoint = new LinkedHashMap<>();
    Map<String, String> defaults = new LinkedHashMap<>();
    for (String path : paths(files, problems)) {
      files
          .text(path, MAX_BYTES, problems)
          .ifPresent(
              json -> {
                Calibration calibration;
                try {
                  calibration = Manifests.calibrationFromJson(json);
                } catch (IllegalArgumentException e) {
                  problems.add(path + ": " + e.getMessage());
                  return;
                }
                String name = path.substring(FOLDER.length() + 1, path.length() - SUFFIX.length());
                calibrations.put(name, calibration);
                calibration.defaultPoint().ifPresent(point -> defaults.put(name, point));
                for (OperatingPoint point : calibration.points()) {
                  check(path, point, manifest, problems);
                  String other = fileOfPoint.putIfAbsent(point.name(), path);
                  if (other != null) {
                    problems.add(
                        path + ": operating point",
                        '"' + point.name() + '"',
                        "a name that is not in " + other + " too");
                  }
                  byName.put(point.name(), point);
                }
              });
    }
    if (defaults.size() > 1) {
      problems.add(FOLDER + ": default_point", defaults, "at most one in a model");
    }
    return new OperatingPoints(
        calibrations,
        byName,
        defaults.isEmpty()
            ? ExitPolicy.LAST_EXIT
            : ExitPolicy.of(new ExitRule.AtPoint(defaults.values().iterator().next())));
  }

  private static List<String> paths(VersionFiles files, Problems problems) {
    Path folder = files.folder().resolve(FOLDER);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX) && !name.startsWith("."))
          .sorted()
          .map(name -> FOLDER + "/" + name)
          .toList();
    } catch (IOException e) {
      problems.add(FOLDER, "unreadable, " + e.getMessage(), "a readable folder");
      return List.of();
    }
  }

  private static void check(
      String path, OperatingPoint point, CascadeManifest manifest, Problems problems) {
    String where = path + ": operating point \"" + point.name() + "\": ";
    int exits = manifest.variants().get(0).stages().size();
    int thresholds = point.thresholds().values().size();
    if (thresholds != exits - 1) {
      problems.add(
          where + "thresholds",
          thresholds + " values",
          (exits - 1) + ", one per exit but the last");
    }
    int shares = point.exitShares().size();
    if (shares != 0 && shares != exits) {
      problems.add(where + "exit_shares", shares + " values", "none or " + exits);
    }
    List<String> variants =
        Stream.concat(
                manifest.variants().stream().map(VariantSpec::name),
                manifest.settings().stream().filter(setting -> !setting.isEmpty()))
            .toList();
    point
        .variant()
        .filter(variant -> !variants.contains(variant))
        .ifPresent(
            variant -> problems.add(where + "variant", '"' + variant + '"', "one of " + variants));
  }
}
