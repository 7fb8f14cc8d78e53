package ai.dvt.server.evaluation.report;

import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.recording.Progress;
import ai.dvt.server.evaluation.recording.Throughput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures points in rounds, all points of all models in every round, so that a machine that slows
 * down slows all of them; the median of the rounds counts.
 */
public final class SpeedRounds {
  private static final int ROUNDS = 3;

  /** No new round after this. */
  private static final Duration ENOUGH = Duration.ofMinutes(2);

  private static final int WARM_UP = 64;

  /** One point of one model. */
  private record Subject(RecordedModel model, String point) {}

  private SpeedRounds() {}

  /**
   * @return pictures a second by model name and point
   */
  public static Map<String, Map<String, Double>> measure(
      EvaluationReport report, List<byte[]> files, Progress progress)
      throws EvaluationException, InterruptedException {
    List<Subject> subjects = new ArrayList<>();
    for (RecordedModel model : report.models()) {
      List<String> points =
          model.baseline() ? List.of(RecordedModel.LAST) : report.pointsToMeasure(model);
      points.forEach(point -> subjects.add(new Subject(model, point)));
      List<byte[]> few = files.subList(0, Math.min(WARM_UP, files.size()));
      Throughput.measure(model.model(), few, model.policy(RecordedModel.LAST));
    }
    Map<Subject, List<Double>> measured = new HashMap<>();
    long start = System.nanoTime();
    int total = ROUNDS * subjects.size();
    int done = 0;
    for (int round = 0; round < ROUNDS; round++) {
      if (round > 0 && System.nanoTime() - start > ENOUGH.toNanos()) {
        break;
      }
      for (Subject subject : subjects) {
        RecordedModel model = subject.model();
        measured
            .computeIfAbsent(subject, none -> new ArrayList<>())
            .add(Throughput.measure(model.model(), files, model.policy(subject.point())));
        progress.at(++done, 0, total);
      }
    }
    Map<String, Map<String, Double>> speeds = new HashMap<>();
    measured.forEach(
        (subject, rounds) ->
            speeds
                .computeIfAbsent(subject.model().name(), none -> new HashMap<>())
                .put(subject.point(), median(rounds)));
    return speeds;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
