package ai.dvt.exporter.cli;

import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.exporter.bundle.LogitsAgreement;
import java.io.PrintWriter;
import java.util.List;

/** Two models' answers to the same pictures, exit by exit. */
final class ParityTable {
  private ParityTable() {}

  /**
   * @param expected logits of every exit, float32 [pictures, classes]
   * @param got the same of the other model
   */
  static void print(List<NpyArray> expected, List<NpyArray> got, PrintWriter out) {
    out.printf("%-4s %8s %16s %12s %12s%n", "exit", "pictures", "same class", "max error", "mean");
    for (int exit = 0; exit < expected.size(); exit++) {
      LogitsAgreement agreement = LogitsAgreement.of(expected.get(exit), got.get(exit));
      out.printf(
          "%-4d %8d %7d %6.2f %% %12.3g %12.3g%n",
          exit + 1,
          agreement.pictures(),
          agreement.sameClass(),
          100.0 * agreement.sameClass() / agreement.pictures(),
          agreement.largestError(),
          agreement.meanError());
    }
  }
}
