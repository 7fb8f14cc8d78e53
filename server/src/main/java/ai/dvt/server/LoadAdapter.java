package ai.dvt.server;

import ai.dvt.server.config.Adaptation;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.engine.Pace;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.engine.load.LoadLevel;
import ai.dvt.server.engine.load.LoadLevels;
import ai.dvt.server.engine.load.LoadPlan;
import ai.dvt.server.engine.load.LoadPlanner;
import ai.dvt.server.engine.load.PlanPoints;
import ai.dvt.server.engine.load.RunTimeTable;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.StageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Plans what a model does under load, and has it follow the plan. */
final class LoadAdapter {
  /** Run times for a plan are measured about so long. */
  private static final Duration MEASURING = Duration.ofSeconds(3);

  private final Supplier<DeviceChoice.Way> way;
  private final EngineLimits limits;
  private final Adaptation adaptation;

  /**
   * @param way the device and how its threads are used
   */
  LoadAdapter(Supplier<DeviceChoice.Way> way, EngineLimits limits, Adaptation adaptation) {
    this.way = way;
    this.limits = limits;
    this.adaptation = adaptation;
  }

  /** Whether there is anything to plan for. */
  boolean wanted() {
    return adaptation.adaptToLoad() || adaptation.objective().isPresent();
  }

  /**
   * Measures a model and plans; the cascade of its first setting then follows.
   *
   * @param settings the model in the settings that may be used, the first one first
   * @param known run times of the first setting, where they were measured already
   * @param problems gets the reason if there is no plan
   */
  void adapt(List<ServedModel> settings, Optional<RunTimeTable> known, List<String> problems) {
    try {
      Device device = way.get().device();
      ServedModel first = settings.get(0);
      Map<String, RunTimeTable> times = new HashMap<>();
      Map<String, ServedCascade> cascades = new HashMap<>();
      List<PlanPoints.Setting> choice = new ArrayList<>();
      int maxBatch = first.cascade().maxBatch();
      for (ServedModel model : settings) {
        ServedCascade cascade = model.cascade();
        times.put(
            model.setting(),
            known.isPresent() && model == first
                ? known.get()
                : RunTimeTable.measure(
                    cascade.sessions(), device, MEASURING.dividedBy(settings.size())));
        cascades.put(model.setting(), cascade);
        choice.add(
            new PlanPoints.Setting(model.setting(), model.points(), cascade.variant().gflops()));
        maxBatch = Math.min(maxBatch, cascade.maxBatch());
      }
      PlanPoints points = new PlanPoints(choice, first.version().defaultPolicy());
      LoadPlan plan =
          new LoadPlanner(
                  times,
                  device.runsAtOnce(),
                  maxBatch,
                  adaptation.objective().orElse(LoadPlan.USUAL_OBJECTIVE))
              .plan(points.withoutLoad(), points.usable());
      first
          .cascade()
          .setLoad(
              new LoadLevels(
                  plan,
                  adaptation.adaptToLoad(),
                  adaptation.objective().isPresent(),
                  System::nanoTime,
                  level -> enter(level, cascades)));
    } catch (StageException e) {
      problems.add("plan for load: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problems.add("plan for load: interrupted");
    }
  }

  private void enter(LoadLevel level, Map<String, ServedCascade> cascades) {
    if (adaptation.adaptToLoad()) {
      cascades
          .get(level.point().setting())
          .setPace(
              new Pace(
                  level.batchSizes(),
                  limits.maxQueueDelays().isEmpty()
                      ? level.queueDelays()
                      : limits.maxQueueDelays()));
    }
  }
}
