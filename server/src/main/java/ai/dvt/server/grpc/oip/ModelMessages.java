package ai.dvt.server.grpc.oip;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.inference.DataType;
import ai.dvt.inference.ModelConfig;
import ai.dvt.inference.ModelDynamicBatching;
import ai.dvt.inference.ModelInput;
import ai.dvt.inference.ModelMetadataResponse;
import ai.dvt.inference.ModelMetadataResponse.TensorMetadata;
import ai.dvt.inference.ModelOutput;
import ai.dvt.inference.ModelParameter;
import ai.dvt.inference.ModelVersionPolicy;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.repository.ModelVersion;
import java.util.List;

/** What {@code ModelMetadata} and {@code ModelConfig} say of a cascade. */
final class ModelMessages {
  private static final String PLATFORM = "onnxruntime_onnx";
  private static final String BACKEND = "onnxruntime";

  private ModelMessages() {}

  /**
   * @param versions all that are served
   */
  static ModelMetadataResponse metadata(ServedModel model, List<String> versions) {
    Preprocessing picture = model.version().manifest().preprocessing();
    ModelMetadataResponse.Builder response =
        ModelMetadataResponse.newBuilder()
            .setName(model.version().name())
            .addAllVersions(versions)
            .setPlatform(PLATFORM)
            .addInputs(
                TensorMetadata.newBuilder()
                    .setName(InputTensor.IMAGE)
                    .setDatatype("FP32")
                    .addAllShape(
                        List.of(-1L, 3L, (long) picture.height(), (long) picture.width())));
    for (OutputTensor output : OutputTensor.values()) {
      TensorMetadata.Builder tensor =
          TensorMetadata.newBuilder()
              .setName(output.tensorName())
              .setDatatype(output.datatype())
              .addShape(-1);
      if (output == OutputTensor.LOGITS) {
        tensor.addShape(model.cascade().classes());
      }
      response.addOutputs(tensor);
    }
    return response.build();
  }

  /**
   * @param versions all that are served
   * @param imagesPerRequest the most images of one request
   */
  static ModelConfig config(ServedModel model, List<String> versions, int imagesPerRequest) {
    ModelVersion version = model.version();
    Preprocessing picture = version.manifest().preprocessing();
    ModelConfig.Builder config =
        ModelConfig.newBuilder()
            .setName(version.name())
            .setPlatform(PLATFORM)
            .setBackend(BACKEND)
            .setVersionPolicy(
                ModelVersionPolicy.newBuilder()
                    .setSpecific(
                        ModelVersionPolicy.Specific.newBuilder()
                            .addAllVersions(versions.stream().map(Long::valueOf).toList())))
            .setMaxBatchSize(imagesPerRequest)
            .setDynamicBatching(
                ModelDynamicBatching.newBuilder().setPriorityLevels(2).setDefaultPriorityLevel(1))
            .addInput(
                ModelInput.newBuilder()
                    .setName(InputTensor.IMAGE)
                    .setDataType(DataType.TYPE_FP32)
                    .setFormat(ModelInput.Format.FORMAT_NCHW)
                    .addAllDims(List.of(3L, (long) picture.height(), (long) picture.width())))
            .putParameters("dvt.default_policy", text(version.defaultPolicy().toString()))
            .putParameters(
                "dvt.operating_points", text(String.join(",", version.points().keySet())))
            .putParameters(
                "dvt.gflops",
                text(
                    String.join(
                        ",",
                        model.cascade().variant().gflops().stream()
                            .map(String::valueOf)
                            .toList())));
    for (OutputTensor output : OutputTensor.values()) {
      config.addOutput(output(output, model));
    }
    return config.build();
  }

  /** Outputs of one value an image have no dimension beside the batch. */
  private static ModelOutput output(OutputTensor output, ServedModel model) {
    ModelOutput.Builder message =
        ModelOutput.newBuilder()
            .setName(output.tensorName())
            .setDataType(
                switch (output) {
                  case LOGITS, CONFIDENCE -> DataType.TYPE_FP32;
                  case LABEL -> DataType.TYPE_STRING;
                  case EXIT -> DataType.TYPE_INT32;
                  case GFLOPS -> DataType.TYPE_FP64;
                });
    if (output == OutputTensor.LOGITS) {
      message.addDims(model.cascade().classes());
      model.version().manifest().labels().ifPresent(file -> message.setLabelFilename(file.path()));
    }
    return message.build();
  }

  private static ModelParameter text(String value) {
    return ModelParameter.newBuilder().setStringValue(value).build();
  }
}
