package ai.dvt.exporter.calibration;

import ai.dvt.cascade.records.ExitRecords;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Chooses the cheapest point that answers as well as a baseline on the same pictures.
 *
 * <p>The plain rule compares two accuracies. The margin rule compares picture by picture: the lower
 * end of the paired bootstrap's interval of the difference must not fall below minus the allowed
 * loss, so that a lucky choice among many thresholds on few pictures is not taken for a good one.
 */
public final class EqualAccuracy {
  private final boolean[] baseline;

  /**
   * @param records the pictures that the points were solved on
   * @param baseline records of the model to compare with; its last exit counts
   * @throws CalibrationException unless both hold the same pictures
   */
  public EqualAccuracy(ExitRecords records, ExitRecords baseline) throws CalibrationException {
    if (baseline.size() != records.size()) {
      throw new CalibrationException(
          "baseline", baseline.size() + " pictures", records.size() + ", the cascade's");
    }
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < baseline.size(); i++) {
      places.put(baseline.sha256(i), i);
    }
    this.baseline = new boolean[records.size()];
    for (int i = 0; i < records.size(); i++) {
      Integer place = places.get(records.sha256(i));
      if (place == null) {
        throw new CalibrationException(
            "baseline", "no picture " + records.sha256(i), "the cascade's pictures");
      }
      this.baseline[i] = baseline.correct(place, baseline.exits());
    }
  }

  /** Fraction of pictures that the baseline answers right. */
  public double baselineAccuracy() {
    int right = 0;
    for (boolean correct : baseline) {
      right += correct ? 1 : 0;
    }
    return (double) right / baseline.length;
  }

  /** The cheapest point whose accuracy is at least the baseline's. */
  public Optional<Candidate> plain(List<Candidate> points) {
    double least = baselineAccuracy();
    return points.stream()
        .filter(point -> point.accuracy() >= least)
        .min(Comparator.comparingDouble(Candidate::gflops));
  }

  /**
   * How the margin rule bounds a difference.
   *
   * @param allowedLoss fraction, e.g. 0.005 for half a point
   * @param level of the two-sided interval whose lower end counts, e.g. 0.95
   * @param resamples of the bootstrap
   */
  public record Margin(double allowedLoss, double level, int resamples, long seed) {
    /** Half a point, 95 %. */
    public static final Margin DEFAULT = new Margin(0.005, 0.95, 2000, 1);

    public Margin {
      if (!(allowedLoss >= 0 && allowedLoss < 1)) {
        throw new IllegalArgumentException(
            "allowedLoss: " + allowedLoss + " (expected: a fraction)");
      }
      if (!(level > 0 && level < 1)) {
        throw new IllegalArgumentException("level: " + level + " (expected: between 0 and 1)");
      }
      if (resamples < 1) {
        throw new IllegalArgumentException("resamples: " + resamples + " (expected: >= 1)");
      }
    }
  }

  /** The cheapest point whose lower bound against the baseline keeps the margin. */
  public Optional<Candidate> withMargin(List<Candidate> points, Margin margin) {
    return points.stream()
        .sorted(Comparator.comparingDouble(Candidate::gflops))
        .filter(point -> lowerBound(point, margin) >= -margin.allowedLoss())
        .findFirst();
  }

  /** Lower end of the interval of the point's accuracy minus the baseline's. */
  public double lowerBound(Candidate point, Margin margin) {
    boolean[] answers = point.answers();
    int better = 0;
    int worse = 0;
    for (int i = 0; i < answers.length; i++) {
      better += answers[i] && !baseline[i] ? 1 : 0;
      worse += !answers[i] && baseline[i] ? 1 : 0;
    }
    Random random = new Random(margin.seed());
    double[] differences = new double[margin.resamples()];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = resampled(better, worse, answers.length, random);
    }
    Arrays.sort(differences);
    return differences[(int) ((1 - margin.level()) / 2 * differences.length)];
  }

  /**
   * Mean difference of n pictures drawn with replacement. Only pictures that the two answer
   * differently matter; the gaps between them in the sample are geometric.
   */
  private static double resampled(int better, int worse, int n, Random random) {
    int differing = better + worse;
    if (differing == 0) {
      return 0;
    }
    int sum = 0;
    double logOther = Math.log1p(-(double) differing / n);
    double at = gap(logOther, random);
    while (at < n) {
      sum += random.nextInt(differing) < better ? 1 : -1;
      at += 1 + gap(logOther, random);
    }
    return (double) sum / n;
  }

  /** Draws before the next one that differs. */
  private static double gap(double logOther, Random random) {
    return Math.floor(Math.log(1 - random.nextDouble()) / logOther);
  }
}
