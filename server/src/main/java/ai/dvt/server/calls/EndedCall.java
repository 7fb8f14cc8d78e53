package ai.dvt.server.calls;

import io.grpc.Status;
import java.time.Instant;
import java.util.List;

/**
 * A call and its images, for who tells of it.
 *
 * @param method full name, e.g. {@code cascade.v1.CascadeService/Classify}
 * @param startNanos and {@code endNanos} by System.nanoTime
 * @param start the same moment as {@code startNanos}
 * @param told the first images that ended
 * @param images all that ended
 */
record EndedCall(
    String id,
    String method,
    Status status,
    Instant start,
    long startNanos,
    long endNanos,
    List<ToldImage> told,
    int images) {
  EndedCall {
    told = List.copyOf(told);
  }

  /** Nanoseconds since 1970 of a moment by System.nanoTime. */
  long epochNanos(long nanos) {
    return start.getEpochSecond() * 1_000_000_000L + start.getNano() + (nanos - startNanos);
  }
}
