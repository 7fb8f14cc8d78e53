package ai.dvt.server.evaluation.plan;

import ai.dvt.server.engine.load.LoadPlan;
import ai.dvt.server.engine.load.LoadPlanner;
import ai.dvt.server.engine.load.PlanPoints;
import ai.dvt.server.engine.load.RunTimeTable;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.recording.ChosenSetting;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.StageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's plan for load, made from run times measured here and now.
 *
 * @param times by setting, as measured, on all workers side by side
 */
public record ModelPlan(String name, Map<String, RunTimeTable> times, LoadPlan plan) {
  private static final Duration MEASURING = Duration.ofSeconds(20);

  /**
   * Measures a model's stages in every setting and plans with its operating points.
   *
   * @param device whose workers run the stages
   * @param objective the latency to plan for
   * @throws EvaluationException if the model cannot run
   */
  public static ModelPlan measure(
      ModelVersion version, Device device, int maxBatch, Duration objective)
      throws EvaluationException, InterruptedException {
    String name = version.name() + "/" + version.version();
    List<ChosenSetting> settings = ChosenSetting.of(version, device.provider());
    Map<String, RunTimeTable> times = new LinkedHashMap<>();
    List<PlanPoints.Setting> choice = new ArrayList<>();
    try {
      for (ChosenSetting setting : settings) {
        try (CascadeSessions sessions =
            device.open(version.folder(), version.manifest(), setting.variant(), maxBatch)) {
          times.put(
              setting.setting(),
              RunTimeTable.measure(sessions, device, MEASURING.dividedBy(settings.size())));
        }
        choice.add(new PlanPoints.Setting(setting.setting(), setting.points(), setting.gflops()));
      }
    } catch (StageException e) {
      throw new EvaluationException(name, e.getMessage(), "a model that runs");
    }
    PlanPoints points = new PlanPoints(choice, version.defaultPolicy());
    return new ModelPlan(
        name,
        times,
        new LoadPlanner(times, device.runsAtOnce(), maxBatch, objective)
            .plan(points.withoutLoad(), points.usable()));
  }
}
