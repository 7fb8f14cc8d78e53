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
 * times are those of all stages together, and a run's time counts once, not once an image.
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
        response.addModelStats(message(model, engine.statistics(model.cascade())));
      }
    }
    return response.build();
  }

  private static boolean matches(String asked, String name) {
    return asked.isEmpty() || asked.equals(name);
  }

  private static ModelStatistics message(ServedModel model, CascadeStatistics statistics) {
    List<Long> runsBySize = new ArrayList<>();
    long answered = 0;
    long rows = 0;
    long runNanos = 0;
    long queueNanos = 0;
    for (StageStatistics stage : statistics.stages()) {
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
    long failed = statistics.failed().values().stream().mapToLong(Long::longValue).sum();
    ModelStatistics.Builder message =
        ModelStatistics.newBuilder()
            .setName(model.version().name())
            .setVersion(model.version().version())
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
