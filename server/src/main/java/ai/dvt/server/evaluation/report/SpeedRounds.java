package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.recording.ChosenSetting;
import ai.dvt.server.evaluation.recording.EvaluatedModel;
import ai.dvt.server.evaluation.recording.Progress;
import ai.dvt.server.evaluation.recording.Throughput;
import ai.dvt.server.runtime.Device;
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
  private record Subject(String model, String point, EvaluatedModel running, BoundPolicy policy) {}

  private SpeedRounds() {}

  /**
   * @param device that runs all models
   * @return pictures a second by model name and point
   */
  public static Map<String, Map<String, Double>> measure(
      EvaluationReport report, Device device, List<byte[]> files, Progress progress)
      throws EvaluationException, InterruptedException {
    List<EvaluatedModel> open = new ArrayList<>();
    try {
      return measure(subjects(report, device, files, open), files, progress);
    } finally {
      open.forEach(EvaluatedModel::close);
    }
  }

  /**
   * Opens and warms up what is to be measured, each setting of a model once.
   *
   * @param open gets what is opened
   */
  private static List<Subject> subjects(
      EvaluationReport report, Device device, List<byte[]> files, List<EvaluatedModel> open)
      throws EvaluationException, InterruptedException {
    List<Subject> subjects = new ArrayList<>();
    List<byte[]> few = files.subList(0, Math.min(WARM_UP, files.size()));
    for (RecordedModel model : report.models()) {
      Map<String, EvaluatedModel> bySetting = new HashMap<>();
      for (String point :
          model.baseline() ? List.of(RecordedModel.LAST) : report.pointsToMeasure(model)) {
        ChosenSetting setting = model.settingOf(point).setting();
        EvaluatedModel running = bySetting.get(setting.setting());
        if (running == null) {
          running = EvaluatedModel.open(setting, device);
          open.add(running);
          bySetting.put(setting.setting(), running);
          Throughput.measure(running, few, setting.bind(ExitPolicy.LAST_EXIT));
        }
        subjects.add(new Subject(model.name(), point, running, model.policy(point)));
      }
    }
    return subjects;
  }

  private static Map<String, Map<String, Double>> measure(
      List<Subject> subjects, List<byte[]> files, Progress progress)
      throws EvaluationException, InterruptedException {
    Map<Subject, List<Double>> measured = new HashMap<>();
    long start = System.nanoTime();
    int total = ROUNDS * subjects.size();
    int done = 0;
    for (int round = 0; round < ROUNDS; round++) {
      if (round > 0 && System.nanoTime() - start > ENOUGH.toNanos()) {
        break;
      }
      for (Subject subject : subjects) {
        measured
            .computeIfAbsent(subject, none -> new ArrayList<>())
            .add(Throughput.measure(subject.running(), files, subject.policy()));
        progress.at(++done, 0, total);
      }
    }
    Map<String, Map<String, Double>> speeds = new HashMap<>();
    measured.forEach(
        (subject, rounds) ->
            speeds
                .computeIfAbsent(subject.model(), none -> new HashMap<>())
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
