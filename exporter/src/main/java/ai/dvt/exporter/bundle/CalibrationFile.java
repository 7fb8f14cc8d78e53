package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.wire.Manifests;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code calibrations/<name>.json} of a version folder, beside those of other names: point names
 * are unique in a model, and one calibration at most has a default point.
 */
public final class CalibrationFile {
  private static final String SUFFIX = ".json";

  private final Path folder;
  private final String name;
  private final Map<Path, Calibration> others = new TreeMap<>();

  private CalibrationFile(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  /**
   * Looks at the folder's calibrations.
   *
   * @param version the version folder
   * @throws ai.dvt.cascade.ContractException if another calibration does not read
   */
  public static CalibrationFile of(Path version, String name) throws IOException {
    CalibrationFile file = new CalibrationFile(version.resolve("calibrations"), name);
    if (Files.isDirectory(file.folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(file.folder, "*" + SUFFIX)) {
        for (Path entry : entries) {
          String entryName = entry.getFileName().toString();
          if (!entryName.equals(name + SUFFIX) && !entryName.startsWith(".")) {
            file.others.put(entry, Manifests.calibrationFromJson(Files.readString(entry)));
          }
        }
      }
    }
    return file;
  }

  /** Point names of the other calibrations, but for points that nobody measured. */
  public Set<String> takenNames() {
    Set<String> names = new HashSet<>();
    others
        .values()
        .forEach(
            other ->
                other.points().stream()
                    .filter(CalibrationFile::measured)
                    .map(OperatingPoint::name)
                    .forEach(names::add));
    return names;
  }

  private static boolean measured(OperatingPoint point) {
    return point.expectedAccuracy().isPresent() || !point.thresholds().values().isEmpty();
  }

  /**
   * Writes the file, whole or not at all. A default point replaces that of the other calibrations;
   * points replace those of the same name that nobody measured.
   *
   * @return where it lies
   */
  public Path write(Calibration calibration) throws IOException {
    Files.createDirectories(folder);
    Set<String> names =
        calibration.points().stream().map(OperatingPoint::name).collect(Collectors.toSet());
    for (Map.Entry<Path, Calibration> entry : others.entrySet()) {
      Calibration other = entry.getValue();
      List<OperatingPoint> points =
          other.points().stream().filter(point -> !names.contains(point.name())).toList();
      Optional<String> defaultPoint =
          calibration.defaultPoint().isPresent()
              ? Optional.empty()
              : other.defaultPoint().filter(name -> !names.contains(name));
      if (points.isEmpty() && !other.points().isEmpty()) {
        Files.delete(entry.getKey());
      } else if (points.size() < other.points().size()
          || !defaultPoint.equals(other.defaultPoint())) {
        replace(entry.getKey(), new Calibration(other.data(), points, defaultPoint));
      }
    }
    Path file = folder.resolve(name + SUFFIX);
    replace(file, calibration);
    return file;
  }

  private static void replace(Path file, Calibration calibration) throws IOException {
    Path whole = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      Files.writeString(whole, Manifests.toJson(calibration) + "\n");
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
  }
}
