package ai.dvt.exporter.verify;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A row of the report.
 *
 * @param caseName of the index
 * @param flavour of the graphs, or "-" for what does not depend on them
 * @param tensor name in the index
 * @param shape compared; empty if it was not
 * @param maxAbsError absent if nothing was compared
 * @param tolerance largest error that passes; absent if the index has none
 * @param passed the verdict
 * @param note why it failed, or how it was compared; may be empty
 */
public record ComparedTensor(
    String caseName,
    String flavour,
    String tensor,
    List<Integer> shape,
    OptionalDouble maxAbsError,
    OptionalDouble tolerance,
    boolean passed,
    String note) {
  public ComparedTensor {
    shape = List.copyOf(shape);
  }

  static ComparedTensor notCompared(String caseName, String flavour, String tensor, String why) {
    return new ComparedTensor(
        caseName,
        flavour,
        tensor,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        false,
        "not compared: " + why);
  }
}
