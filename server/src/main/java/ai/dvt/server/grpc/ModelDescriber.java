package ai.dvt.server.grpc;

import ai.dvt.cascade.v1.DescribeModelResponse;
import ai.dvt.cascade.v1.Execution;
import ai.dvt.cascade.v1.ListModelsResponse;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.ModelStatus;
import ai.dvt.cascade.wire.Manifests;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;

/** What {@code ListModels} and {@code DescribeModel} say of models. */
public final class ModelDescriber {
  private ModelDescriber() {}

  /** What {@code DescribeModel} would say of a model, as one line of JSON. */
  public static String json(ServedModel model) {
    try {
      return JsonFormat.printer().omittingInsignificantWhitespace().print(describe(model));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  static ListModelsResponse list(ModelCatalogue catalogue) {
    ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
    catalogue
        .served()
        .forEach(
            model ->
                response.addModels(ModelStatus.newBuilder().setModel(ref(model)).setReady(true)));
    catalogue
        .unserved()
        .forEach(
            model ->
                response.addModels(
                    ModelStatus.newBuilder()
                        .setModel(
                            ModelRef.newBuilder().setName(model.name()).setVersion(model.version()))
                        .addAllProblems(model.problems())));
    return response.build();
  }

  static DescribeModelResponse describe(ServedModel model) {
    return DescribeModelResponse.newBuilder()
        .setModel(ref(model))
        .setManifest(Manifests.toMessage(model.version().manifest()))
        .addAllCalibrations(
            model.version().calibrations().values().stream().map(Manifests::toMessage).toList())
        .addAllLabels(model.version().labels())
        .setVariant(model.cascade().variant().name())
        .setProvider(model.provider())
        .setDefaultPolicy(model.version().defaultPolicy().toString())
        .setExecution(execution(model.execution()))
        .build();
  }

  private static Execution execution(ServedModel.Execution execution) {
    return Execution.newBuilder()
        .setRuntime(execution.runtime())
        .setWorkers(execution.workers())
        .setThreadsPerRun(execution.threadsPerRun())
        .setMaxBatch(execution.maxBatch())
        .setCommit(execution.commit())
        .build();
  }

  private static ModelRef ref(ServedModel model) {
    return ModelRef.newBuilder()
        .setName(model.version().name())
        .setVersion(model.version().version())
        .build();
  }
}
