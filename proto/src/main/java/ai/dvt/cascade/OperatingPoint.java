package ai.dvt.cascade;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Named thresholds with the accuracy and cost they are expected to give.
 *
 * @param variant the variant or setting it belongs to; empty: whichever runs
 * @param expectedAccuracy fraction of pictures answered right
 * @param expectedGflops average cost of an image, 1e9 multiply-adds
 * @param exitShares fraction of images answered at each exit; may be empty
 */
public record OperatingPoint(
    String name,
    Optional<String> variant,
    Thresholds thresholds,
    OptionalDouble expectedAccuracy,
    OptionalDouble expectedGflops,
    List<Double> exitShares) {
  public OperatingPoint {
    new ExitRule.AtPoint(name);
    exitShares = List.copyOf(exitShares);
    if (expectedAccuracy.isPresent()
        && !(expectedAccuracy.getAsDouble() >= 0 && expectedAccuracy.getAsDouble() <= 1)) {
      throw new ContractException(
          "expected_accuracy of " + name, expectedAccuracy.getAsDouble(), "a fraction");
    }
    if (expectedGflops.isPresent() && !(expectedGflops.getAsDouble() > 0)) {
      throw new ContractException(
          "expected_gflops of " + name, expectedGflops.getAsDouble(), "> 0");
    }
  }
}
