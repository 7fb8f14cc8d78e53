package ai.dvt.server.evaluation.replay;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.records.ExitRecords;
import java.util.ArrayList;
import java.util.List;

/**
 * How often an exit is right when it says how sure it is.
 *
 * @param bins of equal width with at least one picture, by rising confidence
 * @param calibrationError expected calibration error: mean distance of confidence and accuracy
 */
public record Reliability(List<Bin> bins, double calibrationError) {
  private static final int BINS = 15;

  /**
   * Pictures of similar confidence.
   *
   * @param confidence their mean
   * @param accuracy fraction answered right
   */
  public record Bin(double confidence, double accuracy, int pictures) {}

  public Reliability {
    bins = List.copyOf(bins);
  }

  /**
   * @param exit from 1
   */
  public static Reliability of(ExitRecords records, int exit) {
    double[] confidence = new double[BINS];
    int[] right = new int[BINS];
    int[] count = new int[BINS];
    for (int picture = 0; picture < records.size(); picture++) {
      ExitOutcome outcome = records.outcome(picture, exit);
      int bin = Math.min(BINS - 1, (int) (BINS * outcome.confidence()));
      confidence[bin] += outcome.confidence();
      right[bin] += records.correct(picture, exit) ? 1 : 0;
      count[bin]++;
    }
    List<Bin> bins = new ArrayList<>();
    double error = 0;
    for (int bin = 0; bin < BINS; bin++) {
      if (count[bin] > 0) {
        Bin made =
            new Bin(confidence[bin] / count[bin], (double) right[bin] / count[bin], count[bin]);
        bins.add(made);
        error += Math.abs(made.confidence() - made.accuracy()) * made.pictures() / records.size();
      }
    }
    return new Reliability(bins, error);
  }
}
