package ai.dvt.client.message;

import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.Failure;
import ai.dvt.client.call.FieldViolation;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Failures from gRPC statuses and their details. */
public final class Failures {
  private Failures() {}

  /** What a status says, with its BadRequest and RetryInfo details. */
  public static Failure of(Status status) {
    List<FieldViolation> violations = new ArrayList<>();
    Optional<Duration> retryDelay = Optional.empty();
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(BadRequest.class)) {
          detail
              .unpack(BadRequest.class)
              .getFieldViolationsList()
              .forEach(v -> violations.add(new FieldViolation(v.getField(), v.getDescription())));
        } else if (detail.is(RetryInfo.class)) {
          com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          retryDelay = Optional.of(Duration.ofSeconds(delay.getSeconds(), delay.getNanos()));
        }
      } catch (InvalidProtocolBufferException e) {
        // A detail that does not read says nothing; code and message stand.
        continue;
      }
    }
    return new Failure(
        io.grpc.Status.fromCodeValue(status.getCode()).getCode(),
        status.getMessage(),
        violations,
        retryDelay);
  }

  /** The exception of a call's end. */
  public static CascadeClientException exception(Throwable end) {
    if (end instanceof CascadeClientException known) {
      return known;
    }
    Status status = StatusProto.fromThrowable(end);
    Failure failure =
        status == null
            ? Failure.of(io.grpc.Status.Code.UNKNOWN, String.valueOf(end.getMessage()))
            : of(status);
    return new CascadeClientException(withRootCause(failure, end), end);
  }

  /** A broken connection's status says "io exception"; why is in the cause alone. */
  private static Failure withRootCause(Failure failure, Throwable end) {
    Throwable root = end;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (root == end || root.getMessage() == null || failure.message().contains(root.getMessage())) {
      return failure;
    }
    return new Failure(
        failure.code(),
        failure.message() + ": " + root.getMessage(),
        failure.violations(),
        failure.retryDelay());
  }
}
