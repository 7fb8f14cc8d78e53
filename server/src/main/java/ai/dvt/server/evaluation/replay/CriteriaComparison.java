package ai.dvt.server.evaluation.replay;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.records.ExitRecords;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What it is worth to choose who leaves early (DVT, Table 9). At every exit the same share of the
 * pictures that reach it leaves, by each criterion, or by lot; labels are not looked at.
 */
public final class CriteriaComparison {
  /** The name of leaving by lot. */
  public static final String RANDOM = "random";

  private static final int STEPS = 20;

  /** One share of leaving. */
  public record Step(double gflops, double accuracy) {}

  private CriteriaComparison() {}

  /**
   * @param chosen records that the thresholds are taken from
   * @param records records that the thresholds are tried on
   * @param gflops cumulative cost of each exit, 1e9 multiply-adds
   * @return steps from the last exit alone to the first exit alone, by criterion
   */
  public static Map<String, List<Step>> of(
      ExitRecords chosen, ExitRecords records, List<Double> gflops) {
    Map<String, List<Step>> steps = new LinkedHashMap<>();
    for (Criterion criterion : Criterion.values()) {
      List<Step> line = new ArrayList<>();
      for (int i = 0; i <= STEPS; i++) {
        Thresholds thresholds = thresholds(chosen, criterion, (double) i / STEPS);
        PointResult result =
            PointResult.of(
                records,
                BoundPolicy.of(ExitPolicy.of(thresholds), gflops, name -> Optional.empty()));
        line.add(new Step(result.gflops(), result.accuracy()));
      }
      steps.put(criterion.text(), line);
    }
    steps.put(RANDOM, byLot(records, gflops));
    return steps;
  }

  private static Thresholds thresholds(ExitRecords records, Criterion criterion, double share) {
    List<Float> thresholds = new ArrayList<>();
    List<Integer> reaching = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      reaching.add(i);
    }
    boolean low = criterion == Criterion.ENTROPY;
    for (int exit = 1; exit < records.exits(); exit++) {
      int number = exit;
      float[] values = new float[reaching.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = criterion.valueOf(records.outcome(reaching.get(i), number));
      }
      Arrays.sort(values);
      int leaving = (int) Math.round(share * values.length);
      if (leaving == 0) {
        thresholds.add(Thresholds.NEVER);
        continue;
      }
      float threshold = low ? values[leaving - 1] : values[values.length - leaving];
      thresholds.add(threshold);
      reaching.removeIf(i -> criterion.reached(records.outcome(i, number), threshold));
    }
    return new Thresholds(criterion, thresholds);
  }

  /** Its expectation: the exits' accuracies weighted with their shares. */
  private static List<Step> byLot(ExitRecords records, List<Double> gflops) {
    double[] accuracy = new double[records.exits()];
    for (int exit = 1; exit <= accuracy.length; exit++) {
      for (int picture = 0; picture < records.size(); picture++) {
        accuracy[exit - 1] += records.correct(picture, exit) ? 1.0 / records.size() : 0;
      }
    }
    List<Step> line = new ArrayList<>();
    for (int i = 0; i <= STEPS; i++) {
      double left = 1;
      double cost = 0;
      double right = 0;
      for (int exit = 0; exit < accuracy.length; exit++) {
        double share = exit == accuracy.length - 1 ? left : left * i / STEPS;
        cost += share * gflops.get(exit);
        right += share * accuracy[exit];
        left -= share;
      }
      line.add(new Step(cost, right));
    }
    return line;
  }
}
