package ai.dvt.server.grpc.oip;

import ai.dvt.inference.InferParameter;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.inference.ModelStreamInferResponse;
import ai.dvt.server.grpc.Statuses;
import com.google.rpc.Status;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** How a stream of requests tells of an error: in a message, or by its end. */
final class StreamErrors {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> END = Context.key("triton-grpc-error");

  private static final int ECHO_LIMIT = 1024;

  private static final String STATUS = "dvt.status";
  private static final String FINAL = "triton_final_response";

  private StreamErrors() {}

  /** Lets a call see whether its client wants errors as the stream's end. */
  static ServerInterceptor interceptor() {
    return new ServerInterceptor() {
      @Override
      public <Q, R> ServerCall.Listener<Q> interceptCall(
          ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return "true".equalsIgnoreCase(headers.get(HEADER))
            ? Contexts.interceptCall(Context.current().withValue(END, true), call, headers, next)
            : next.startCall(call, headers);
      }
    };
  }

  /** Whether the current call ends at its first error. */
  static boolean endTheCall() {
    return Boolean.TRUE.equals(END.get());
  }

  /** The error of one image: the message, and the status code's name as a parameter. */
  static ModelStreamInferResponse.Builder message(
      Throwable cause, ModelInferResponse.Builder response) {
    Status status = Statuses.of(cause);
    response.putParameters(
        STATUS,
        InferParameter.newBuilder()
            .setStringParam(io.grpc.Status.fromCodeValue(status.getCode()).getCode().name())
            .build());
    return ModelStreamInferResponse.newBuilder().setErrorMessage(status.getMessage());
  }

  /** The error of a whole request: its only response. */
  static ModelStreamInferResponse refusal(Throwable cause, ModelInferRequest request) {
    ModelInferResponse.Builder response =
        ModelInferResponse.newBuilder()
            .setModelName(echo(request.getModelName()))
            .setModelVersion(echo(request.getModelVersion()))
            .setId(echo(request.getId()));
    ModelStreamInferResponse.Builder message = message(cause, response);
    markFinal(response, true);
    return message.setInferResponse(response).build();
  }

  /** What a client sends is not sent back at any length. */
  private static String echo(String text) {
    return text.length() > ECHO_LIMIT ? "" : text;
  }

  /** Says whether a request has no response after this one. */
  static void markFinal(ModelInferResponse.Builder response, boolean last) {
    response.putParameters(FINAL, InferParameter.newBuilder().setBoolParam(last).build());
  }
}
