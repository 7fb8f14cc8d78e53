package ai.dvt.server.grpc;

import ai.dvt.server.engine.EngineException;
import ai.dvt.server.grpc.RequestException.Kind;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where an error becomes a gRPC status, chosen by what the caller should do: change
 * the request (INVALID_ARGUMENT, NOT_FOUND), ask the operator (PERMISSION_DENIED), try again later
 * (RESOURCE_EXHAUSTED, with the pause), try another server (UNAVAILABLE), allow more time
 * (DEADLINE_EXCEEDED), or report a defect (INTERNAL).
 */
public final class Statuses {
  static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private static final Duration UNKNOWN_PAUSE = Duration.ofMillis(100);

  /** A message may quote a value of any length. */
  private static final int MESSAGE_LIMIT = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(Statuses.class);

  private Statuses() {}

  /** The status of one image's error, with details. */
  public static Status of(Throwable cause) {
    if (cause instanceof RequestException request) {
      return of(request);
    }
    if (cause instanceof EngineException engine) {
      return of(engine);
    }
    if (cause instanceof ModelControlException control) {
      return control.isUnknown()
          ? of(new RequestException(Kind.NOT_FOUND, "model_name", control.getMessage()))
          : status(Code.FAILED_PRECONDITION, control.getMessage());
    }
    LOG.error("A request failed by a defect", cause);
    return status(Code.INTERNAL, "a defect of the server; its log says more");
  }

  /** The same as the end of a call; a full server also sets gRPC's retry pushback. */
  public static StatusException asException(Throwable cause) {
    Status status = of(cause);
    Metadata trailers = new Metadata();
    if (status.getCode() == Code.RESOURCE_EXHAUSTED.value()) {
      trailers.put(PUSHBACK, Long.toString(retryAfter(cause).toMillis()));
    }
    return StatusProto.toStatusException(status, trailers);
  }

  private static Status of(RequestException cause) {
    return switch (cause.kind()) {
      case INVALID ->
          status(
              Code.INVALID_ARGUMENT,
              cause.getMessage(),
              BadRequest.newBuilder()
                  .addFieldViolations(
                      BadRequest.FieldViolation.newBuilder()
                          .setField(cause.field())
                          .setDescription(cut(cause.getMessage())))
                  .build());
      case NOT_FOUND ->
          status(
              Code.NOT_FOUND,
              cause.getMessage(),
              ResourceInfo.newBuilder()
                  .setResourceType(cause.field())
                  .setDescription(cut(cause.getMessage()))
                  .build());
      case DENIED -> status(Code.PERMISSION_DENIED, cause.getMessage());
      case FULL -> full(cause.getMessage(), cause.retryAfter());
      case UNAVAILABLE -> status(Code.UNAVAILABLE, cause.getMessage());
    };
  }

  private static Status of(EngineException cause) {
    return switch (cause.kind()) {
      case FULL -> full(cause.getMessage(), UNKNOWN_PAUSE);
      case TOO_LATE -> status(Code.DEADLINE_EXCEEDED, cause.getMessage());
      case CANCELLED -> status(Code.CANCELLED, cause.getMessage());
      case UNFIT_INPUT -> status(Code.INVALID_ARGUMENT, cause.getMessage());
      case DRAINING, NOT_READY -> status(Code.UNAVAILABLE, cause.getMessage());
      case STAGE_FAILED -> {
        LOG.error("A stage failed", cause);
        yield status(Code.INTERNAL, cause.getMessage());
      }
    };
  }

  private static Duration retryAfter(Throwable cause) {
    return cause instanceof RequestException request ? request.retryAfter() : UNKNOWN_PAUSE;
  }

  private static Status full(String message, Duration retryAfter) {
    return status(
        Code.RESOURCE_EXHAUSTED,
        message,
        RetryInfo.newBuilder().setRetryDelay(Durations.fromMillis(retryAfter.toMillis())).build());
  }

  private static Status status(Code code, String message, Message... details) {
    Status.Builder status =
        Status.newBuilder().setCode(code.value()).setMessage(message == null ? "" : cut(message));
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return status.build();
  }

  private static String cut(String message) {
    return message.length() <= MESSAGE_LIMIT
        ? message
        : message.substring(0, MESSAGE_LIMIT) + "...";
  }
}
