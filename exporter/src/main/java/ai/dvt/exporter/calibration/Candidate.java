package ai.dvt.exporter.calibration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A solved point that a model may offer.
 *
 * @param setting of the model; empty where it has one
 * @param table that the point was solved from
 */
public record Candidate(String setting, ExitTable table, SolvedPoint point) {
  /** Fraction of pictures answered right. */
  public double accuracy() {
    return point.accuracy();
  }

  /** Average cost of a picture, 1e9 multiply-adds. */
  public double gflops() {
    return point.gflops();
  }

  /** Whether each picture is answered right. */
  boolean[] answers() {
    return table.answers(point.urges());
  }

  /** Those that no other one beats in accuracy at the same cost or less, from cheap to dear. */
  public static List<Candidate> notDominated(List<Candidate> candidates) {
    List<Candidate> kept = new ArrayList<>();
    double best = -1;
    for (Candidate candidate :
        candidates.stream()
            .sorted(
                Comparator.comparingDouble(Candidate::gflops)
                    .thenComparing(Comparator.comparingDouble(Candidate::accuracy).reversed()))
            .toList()) {
      if (candidate.accuracy() > best) {
        kept.add(candidate);
        best = candidate.accuracy();
      }
    }
    return kept;
  }
}
