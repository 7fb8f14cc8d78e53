package ai.dvt.server.grpc.oip;

import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferRequest.InferRequestedOutputTensor;
import ai.dvt.server.grpc.RequestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * An output that a request asks for.
 *
 * @param classification Triton's extension: this many classes as texts in place of the tensor; 0:
 *     the tensor
 */
record RequestedOutput(OutputTensor tensor, int classification) {
  private static final String CLASSIFICATION = "classification";

  /** Texts in one response. */
  private static final int TEXT_LIMIT = 1 << 16;

  /** All outputs as tensors. */
  static final List<RequestedOutput> ALL =
      Arrays.stream(OutputTensor.values()).map(tensor -> new RequestedOutput(tensor, 0)).toList();

  /**
   * The outputs of a request, in its order; all if it names none.
   *
   * @throws RequestException for an unknown output, one asked for twice or a parameter that does
   *     not fit
   */
  static List<RequestedOutput> of(ModelInferRequest request, int classes, int images)
      throws RequestException {
    if (request.getOutputsCount() == 0) {
      return ALL;
    }
    List<RequestedOutput> outputs = new ArrayList<>();
    for (int i = 0; i < request.getOutputsCount(); i++) {
      InferRequestedOutputTensor asked = request.getOutputs(i);
      String field = "outputs[" + i + "]";
      OutputTensor tensor = tensor(asked.getName(), field);
      if (outputs.stream().anyMatch(output -> output.tensor == tensor)) {
        throw RequestException.invalid(
            field + ".name", '"' + asked.getName() + '"', "every output once");
      }
      outputs.add(
          new RequestedOutput(
              tensor,
              classification(
                  new Parameters(asked.getParametersMap(), field + ".parameters"),
                  tensor,
                  Math.min(classes, Math.max(1, TEXT_LIMIT / images)))));
    }
    return outputs;
  }

  private static OutputTensor tensor(String name, String field) throws RequestException {
    for (OutputTensor tensor : OutputTensor.values()) {
      if (tensor.tensorName().equals(name)) {
        return tensor;
      }
    }
    throw RequestException.invalid(
        field + ".name",
        '"' + name + '"',
        "one of " + Arrays.stream(OutputTensor.values()).map(OutputTensor::tensorName).toList());
  }

  private static int classification(Parameters parameters, OutputTensor tensor, int most)
      throws RequestException {
    if (parameters.keys().stream().anyMatch(key -> key.startsWith("shared_mem"))) {
      throw RequestException.invalid(
          parameters.field("shared_memory_region"), "shared memory", "raw_output_contents");
    }
    OptionalLong count = parameters.integer(CLASSIFICATION);
    if (count.isEmpty() || count.getAsLong() == 0) {
      return 0;
    }
    if (tensor != OutputTensor.LOGITS) {
      throw RequestException.invalid(
          parameters.field(CLASSIFICATION), count.getAsLong(), "only for the output logits");
    }
    if (count.getAsLong() < 0) {
      throw RequestException.invalid(
          parameters.field(CLASSIFICATION), count.getAsLong(), "classes, from 1");
    }
    return (int) Math.min(count.getAsLong(), most);
  }
}
