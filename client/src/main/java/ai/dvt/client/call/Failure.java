package ai.dvt.client.call;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Why a call or an image has no answer.
 *
 * @param code by what the caller should do: INVALID_ARGUMENT and NOT_FOUND: change the request;
 *     RESOURCE_EXHAUSTED and UNAVAILABLE: try again later
 * @param violations fields of the request that break a rule; may be empty
 * @param retryDelay how long the server asks to wait before another try
 */
public record Failure(
    Status.Code code,
    String message,
    List<FieldViolation> violations,
    Optional<Duration> retryDelay) {
  public Failure {
    violations = List.copyOf(violations);
  }

  /** A failure that the client itself noticed. */
  public static Failure of(Status.Code code, String message) {
    return new Failure(code, message, List.of(), Optional.empty());
  }

  /** {@code CODE: message}. */
  @Override
  public String toString() {
    return message.isEmpty() ? code.toString() : code + ": " + message;
  }
}
