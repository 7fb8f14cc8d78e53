package ai.dvt.cascade;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Operating points and where they come from: {@code <model>/<version>/calibrations/<name>.json}.
 *
 * @param data what it was made on, for people
 * @param defaultPoint the point used when a request has no policy
 */
public record Calibration(String data, List<OperatingPoint> points, Optional<String> defaultPoint) {
  public Calibration {
    points = List.copyOf(points);
    Set<String> names = new HashSet<>();
    for (OperatingPoint point : points) {
      if (!names.add(point.name())) {
        throw new ContractException("operating point", point.name(), "a unique name");
      }
    }
    if (defaultPoint.isPresent() && !names.contains(defaultPoint.get())) {
      throw new ContractException(
          "default_point", defaultPoint.get(), "the name of one of the points");
    }
  }
}
