package ai.dvt.server.evaluation.plan;

import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.engine.load.LoadPlan;
import ai.dvt.server.engine.load.LoadPlanner;
import ai.dvt.server.engine.load.PlanPoints;
import ai.dvt.server.engine.load.RunTimeTable;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import java.time.Duration;
import java.util.List;

/**
 * A model's plan for load, made from run times measured here and now.
 *
 * @param times as measured, on all workers side by side
 */
public record ModelPlan(String name, RunTimeTable times, LoadPlan plan) {
  private static final Duration MEASURING = Duration.ofSeconds(20);

  /**
   * Measures a model's stages and plans with its operating points.
   *
   * @param objective the latency to plan for
   * @throws EvaluationException if the model cannot run
   */
  public static ModelPlan measure(
      ModelVersion version, int workers, int maxBatch, Duration objective)
      throws EvaluationException, InterruptedException {
    String name = version.name() + "/" + version.version();
    try (CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, workers)) {
      VariantSpec variant = version.variantFor(device.provider());
      try (CascadeSessions sessions =
          device.open(version.folder(), version.manifest(), variant, maxBatch)) {
        RunTimeTable times = RunTimeTable.measure(sessions, device, MEASURING);
        List<OperatingPoint> points =
            version.points().values().stream()
                .filter(p -> p.variant().isEmpty() || p.variant().get().equals(variant.name()))
                .toList();
        PlanPoints choice = new PlanPoints(points, variant.gflops(), version.defaultPolicy());
        return new ModelPlan(
            name,
            times,
            new LoadPlanner(times, workers, maxBatch, objective)
                .plan(choice.withoutLoad(), choice.usable()));
      }
    } catch (RepositoryException | StageException e) {
      throw new EvaluationException(name, e.getMessage(), "a model that runs");
    }
  }
}
