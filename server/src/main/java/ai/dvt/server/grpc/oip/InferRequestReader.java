package ai.dvt.server.grpc.oip;

import ai.dvt.inference.ModelInferRequest;
import ai.dvt.server.engine.Priority;
import ai.dvt.server.grpc.ClientKey;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.Order;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.RequestValidator;
import ai.dvt.server.grpc.ServedModel;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Checks infer requests before anything is spent on them. Errors name the request's fields. */
final class InferRequestReader {
  private static final String PRIORITY = "priority";
  private static final String TIMEOUT = "timeout";
  private static final String BINARY_OUTPUT = "binary_data_output";
  private static final String EMPTY_FINAL = "triton_enable_empty_final_response";

  private final Supplier<ModelCatalogue> catalogue;
  private final int imagesPerRequest;

  /**
   * @param catalogue asked anew for every request
   */
  InferRequestReader(Supplier<ModelCatalogue> catalogue, int imagesPerRequest) {
    this.catalogue = catalogue;
    this.imagesPerRequest = imagesPerRequest;
  }

  InferOrder read(ModelInferRequest request) throws RequestException {
    RequestValidator.checkId(request.getId());
    ServedModel model =
        catalogue.get().find(request.getModelName(), request.getModelVersion(), "model_");
    Parameters parameters = new Parameters(request.getParametersMap(), "parameters");
    int priority = (int) Math.min(Integer.MAX_VALUE, notNegative(parameters, PRIORITY).orElse(0));
    Order order = ExitParameters.order(parameters, model, ClientKey.caller(of(priority)));
    RequestImages images = RequestImages.of(InputTensor.of(request), model, imagesPerRequest);
    return new InferOrder(
        request.getId(),
        order,
        images,
        RequestedOutput.of(request, model.cascade().classes(), images.count()),
        queueNanos(parameters),
        !parameters.flag(BINARY_OUTPUT, true),
        parameters.flag(EMPTY_FINAL, false));
  }

  /** Triton's 1 is the highest and 0 the default; what ranks lower lets others pass. */
  private static Priority of(int priority) {
    return priority > 1 ? Priority.BATCH : Priority.INTERACTIVE;
  }

  private static OptionalLong queueNanos(Parameters parameters) throws RequestException {
    OptionalLong micros = notNegative(parameters, TIMEOUT);
    if (micros.isEmpty() || micros.getAsLong() == 0) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Math.min(micros.getAsLong(), Long.MAX_VALUE / 4000) * 1000);
  }

  private static OptionalLong notNegative(Parameters parameters, String key)
      throws RequestException {
    OptionalLong value = parameters.integer(key);
    if (value.isPresent() && value.getAsLong() < 0) {
      throw RequestException.invalid(parameters.field(key), value.getAsLong(), ">= 0");
    }
    return value;
  }
}
