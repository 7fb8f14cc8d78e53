package ai.dvt.exporter.calibration;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.records.ExitRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Seeded records in which deeper exits are better and confidence says something. */
final class MadeUpRecords {
  private MadeUpRecords() {}

  /**
   * @param levels number of different confidences; few of them make ties
   */
  static ExitRecords make(int pictures, int exits, int levels, long seed) {
    Random random = new Random(seed);
    ExitRecords.Builder records = new ExitRecords.Builder(exits);
    for (int i = 0; i < pictures; i++) {
      double hard = random.nextDouble();
      List<ExitOutcome> outcomes = new ArrayList<>();
      for (int exit = 1; exit <= exits; exit++) {
        double strength = 1.2 - hard + 0.25 * exit / exits + 0.2 * random.nextGaussian();
        boolean right = random.nextDouble() < Math.min(0.97, Math.max(0.1, strength));
        double confident = Math.min(1, Math.max(0.1, strength + 0.1 * random.nextGaussian()));
        float confidence = (float) (Math.ceil(confident * levels) / levels);
        float second = Math.min(confidence, 1 - confidence) * 0.9f;
        outcomes.add(
            new ExitOutcome(exit, right ? 3 : 4, confidence, second, (1 - confidence) * 2.3f));
      }
      records.add("%064x".formatted(seed * 1_000_000 + i), 3, outcomes);
    }
    return records.build();
  }
}
