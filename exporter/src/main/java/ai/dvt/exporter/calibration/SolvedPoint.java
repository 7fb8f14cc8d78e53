package ai.dvt.exporter.calibration;

import ai.dvt.cascade.OperatingPoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Thresholds and what they gave on the records.
 *
 * @param urges one per exit but the last: a picture leaves if its urge is {@code >=}
 * @param accuracy fraction of pictures answered right
 * @param gflops average cost of a picture, 1e9 multiply-adds
 * @param exitShares fraction of pictures answered at each exit
 */
public record SolvedPoint(
    List<Float> urges, double accuracy, double gflops, List<Double> exitShares) {
  public SolvedPoint {
    urges = List.copyOf(urges);
    exitShares = List.copyOf(exitShares);
  }

  /**
   * The operating point of this name.
   *
   * @throws CalibrationException if no policy can ask for the order
   */
  public OperatingPoint named(String name, Optional<String> variant, ExitOrder order)
      throws CalibrationException {
    return new OperatingPoint(
        name,
        variant,
        order.thresholds(urges),
        OptionalDouble.of(accuracy),
        OptionalDouble.of(gflops),
        exitShares);
  }
}
