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
 * @param expectedAgreement of the images answered before the last exit, the fraction to which the
 *     last exit gives the same class
 */
public record OperatingPoint(
    String name,
    Optional<String> variant,
    Thresholds thresholds,
    OptionalDouble expectedAccuracy,
    OptionalDouble expectedGflops,
    List<Double> exitShares,
    OptionalDouble expectedAgreement) {
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
    if (expectedAgreement.isPresent()
        && !(expectedAgreement.getAsDouble() >= 0 && expectedAgreement.getAsDouble() <= 1)) {
      throw new ContractException(
          "expected_agreement of " + name, expectedAgreement.getAsDouble(), "a fraction");
    }
  }

  /** A point of which nobody looked how far its early answers agree with the last exit. */
  public OperatingPoint(
      String name,
      Optional<String> variant,
      Thresholds thresholds,
      OptionalDouble expectedAccuracy,
      OptionalDouble expectedGflops,
      List<Double> exitShares) {
    this(
        name,
        variant,
        thresholds,
        expectedAccuracy,
        expectedGflops,
        exitShares,
        OptionalDouble.empty());
  }

  /** Whether it can be asked of a variant: it names none, this one, or its setting. */
  public boolean suits(VariantSpec running) {
    return variant.isEmpty()
        || variant.get().equals(running.name())
        || variant.equals(running.setting());
  }

  /** The same with the agreement of its early answers. */
  public OperatingPoint withAgreement(OptionalDouble agreement) {
    return new OperatingPoint(
        name, variant, thresholds, expectedAccuracy, expectedGflops, exitShares, agreement);
  }
}
