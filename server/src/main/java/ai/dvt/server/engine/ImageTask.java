package ai.dvt.server.engine;

import ai.dvt.cascade.BoundPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One image to answer.
 *
 * @param policy bound to {@code cascade}
 * @param clientDriven whether the caller decides at every exit but the last; {@code policy} is then
 *     not asked
 * @param deadlineNanos by the engine's clock (System.nanoTime unless a test gave another)
 * @param idleLimit client-driven: how long an image waits for the caller's word
 * @param set the images that it shares a bound with; never for a client-driven one
 * @param startByNanos by the engine's clock: fails if its first stage has not started by then
 */
public record ImageTask(
    ServedCascade cascade,
    InputRow image,
    BoundPolicy policy,
    boolean clientDriven,
    OptionalLong deadlineNanos,
    Duration idleLimit,
    ImageListener listener,
    Optional<ImageSet> set,
    OptionalLong startByNanos) {
  public ImageTask {
    Objects.requireNonNull(image, "image");
    Objects.requireNonNull(listener, "listener");
    if (policy.exits() != cascade.stages()) {
      throw new IllegalArgumentException(
          "policy: bound to "
              + policy.exits()
              + " exits (expected: "
              + cascade.stages()
              + ", those of "
              + cascade.name()
              + ")");
    }
    if (clientDriven && set.isPresent()) {
      throw new IllegalArgumentException("set: of a client-driven image (expected: none)");
    }
  }

  /** An image that waits for its first stage as long as its deadline allows. */
  public ImageTask(
      ServedCascade cascade,
      InputRow image,
      BoundPolicy policy,
      boolean clientDriven,
      OptionalLong deadlineNanos,
      Duration idleLimit,
      ImageListener listener,
      Optional<ImageSet> set) {
    this(
        cascade,
        image,
        policy,
        clientDriven,
        deadlineNanos,
        idleLimit,
        listener,
        set,
        OptionalLong.empty());
  }

  /** An image that shares no bound with others. */
  public ImageTask(
      ServedCascade cascade,
      InputRow image,
      BoundPolicy policy,
      boolean clientDriven,
      OptionalLong deadlineNanos,
      Duration idleLimit,
      ImageListener listener) {
    this(
        cascade, image, policy, clientDriven, deadlineNanos, idleLimit, listener, Optional.empty());
  }
}
