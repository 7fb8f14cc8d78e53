package ai.dvt.exporter.calibration;

import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.records.ExitRecords;
import java.util.OptionalDouble;

/**
 * How often an early answer is the one that the last exit would give. A server can check it on the
 * pictures that it serves, whose labels it does not know.
 */
public final class EarlyAgreement {
  private EarlyAgreement() {}

  /**
   * Of the pictures answered before the last exit, the fraction to which the last exit gives the
   * same class; empty if all pictures reach the last exit.
   */
  public static OptionalDouble of(ExitRecords records, Thresholds thresholds) {
    int last = records.exits();
    int early = 0;
    int same = 0;
    for (int picture = 0; picture < records.size(); picture++) {
      for (int exit = 1; exit < last; exit++) {
        if (thresholds.reached(records.outcome(picture, exit))) {
          early++;
          same +=
              records.outcome(picture, exit).index() == records.outcome(picture, last).index()
                  ? 1
                  : 0;
          break;
        }
      }
    }
    return early == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) same / early);
  }
}
