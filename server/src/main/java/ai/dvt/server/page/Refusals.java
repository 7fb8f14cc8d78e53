package ai.dvt.server.page;

import ai.dvt.server.http.HttpException;
import io.grpc.Status;
import java.util.concurrent.ExecutionException;

/** From the gRPC status of a failed call to an HTTP status. */
final class Refusals {
  private Refusals() {}

  static HttpException of(ExecutionException failure) {
    return of(failure.getCause());
  }

  static HttpException of(Throwable cause) {
    Status status = Status.fromThrowable(cause);
    int code =
        switch (status.getCode()) {
          case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpException.BAD_REQUEST;
          case NOT_FOUND -> HttpException.NOT_FOUND;
          case RESOURCE_EXHAUSTED -> HttpException.TOO_MANY;
          case UNAVAILABLE -> HttpException.UNAVAILABLE;
          case DEADLINE_EXCEEDED -> HttpException.TIMEOUT;
          default -> HttpException.INTERNAL;
        };
    return new HttpException(code, message(status));
  }

  static String message(Status status) {
    return status.getDescription() == null ? status.getCode().name() : status.getDescription();
  }
}
