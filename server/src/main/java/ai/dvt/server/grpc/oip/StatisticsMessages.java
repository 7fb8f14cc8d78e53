package ai.dvt.server.grpc.oip;

import ai.dvt.inference.InferBatchStatistics;
import ai.dvt.inference.InferStatistics;
import ai.dvt.inference.ModelStatistics;
import ai.dvt.inference.ModelStatisticsRequest;
import ai.dvt.inference.ModelStatisticsResponse;
import ai.dvt.inference.StatisticDuration;
import ai.dvt.server.engine.CascadeEngine;
import ai.dvt.server.engine.CascadeStatistics;
import ai.dvt.server.engine.StageStatistics;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.ServedModel;
import java.util.ArrayList;
import java.util.List;

/**
 * The engine's counts in Triton's terms. An image is an inference, a stage's run an execution;
 * times are those of all stages together, and a run's time counts once, not once an image. A model
 * with settings has an entry for all of them together and one for each that is loaded, whose
 * version is {@code "1 keep-0.70"}.
 */
final class StatisticsMessages {
  private StatisticsMessages() {}

  /**
   * @throws RequestException if the request names a model that is not served
   */
  static ModelStatisticsResponse of(
      ModelCatalogue catalogue, CascadeEngine engine, ModelStatisticsRequest request)
      throws RequestException {
    ModelStatisticsResponse.Builder response = ModelStatisticsResponse.newBuilder();
    if (!request.getName().isEmpty()) {
      catalogue.find(request.getName(), request.getVersion(), "");
    }
    for (ServedModel model : catalogue.served()) {
      if (matches(request.getName(), model.version().name())
          && matches(request.getVersion(), model.version().version())) {
        List<ServedModel> settings = model.inLoadedSettings();
        String version = model.version().version();
        response.addModelStats(
            message(
                model.version().name(),
                version,
                settings.stream().map(one -> engine.statistics(one.cascade())).toList()));
        for (ServedModel setting : settings) {
          if (!setting.setting().isEmpty()) {
            response.addModelStats(
                message(
                    model.version().name(),
                    version + " " + setting.setting(),
                    List.of(engine.statistics(setting.cascade()))));
          }
        }
      }
    }
    return response.build();
  }

  private static boolean matches(String asked, String name) {
    return asked.isEmpty() || asked.equals(name);
  }

  /**
   * @param settings counts of each setting, added up
   */
  private static ModelStatistics message(
      String name, String version, List<CascadeStatistics> settings) {
    List<Long> runsBySize = new ArrayList<>();
    long answered = 0;
    long rows = 0;
    long runNanos = 0;
    long queueNanos = 0;
    List<StageStatistics> stages =
        settings.stream().flatMap(statistics -> statistics.stages().stream()).toList();
    for (StageStatistics stage : stages) {
      answered += stage.answered().values().stream().mapToLong(Long::longValue).sum();
      rows += stage.rows();
      runNanos += stage.runNanos();
      queueNanos += stage.queueNanos();
      for (int size = 0; size < stage.runsBySize().size(); size++) {
        if (size == runsBySize.size()) {
          runsBySize.add(0L);
        }
        runsBySize.set(size, runsBySize.get(size) + stage.runsBySize().get(size));
      }
    }
    long failed =
        settings.stream()
            .flatMap(statistics -> statistics.failed().values().stream())
            .mapToLong(Long::longValue)
            .sum();
    ModelStatistics.Builder message =
        ModelStatistics.newBuilder()
            .setName(name)
            .setVersion(version)
            .setInferenceCount(answered)
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(duration(answered, queueNanos + runNanos))
                    .setFail(duration(failed, 0))
                    .setQueue(duration(rows, queueNanos))
                    .setComputeInfer(duration(rows, runNanos)));
    long runs = 0;
    for (int size = 1; size < runsBySize.size(); size++) {
      runs += runsBySize.get(size);
      if (runsBySize.get(size) > 0) {
        message.addBatchStats(
            InferBatchStatistics.newBuilder()
                .setBatchSize(size)
                .setComputeInfer(duration(runsBySize.get(size), 0)));
      }
    }
    return message.setExecutionCount(runs).build();
  }

  private static StatisticDuration duration(long count, long nanos) {
    return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
  }
}
