package ai.dvt.client.call;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A call, stream or image without an answer. */
public final class CascadeClientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public CascadeClientException(Failure failure) {
    this(failure, null);
  }

  public CascadeClientException(Failure failure, Throwable cause) {
    super(failure.toString(), cause);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }

  /** The gRPC code, by what the caller should do. */
  public Status.Code code() {
    return failure.code();
  }

  /** Fields of the request that break a rule; may be empty. */
  public List<FieldViolation> violations() {
    return failure.violations();
  }

  /** How long the server asks to wait before another try. */
  public Optional<Duration> retryDelay() {
    return failure.retryDelay();
  }
}
