package ai.dvt.client.call;

import ai.dvt.cascade.ExitPolicy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How pictures are classified.
 *
 * @param policy when an image may leave; empty: the model's default
 * @param topK labels in an answer
 * @param deadline for the whole call or stream; empty: the client's default for single calls, none
 *     for streams
 */
public record ClassifyOptions(
    ModelId model, Optional<ExitPolicy> policy, int topK, Optional<Duration> deadline) {
  public ClassifyOptions {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(policy, "policy");
    if (topK < 1) {
      throw new IllegalArgumentException("topK: " + topK + " (expected: >= 1)");
    }
    if (deadline.isPresent() && (deadline.get().isNegative() || deadline.get().isZero())) {
      throw new IllegalArgumentException("deadline: " + deadline.get() + " (expected: > 0)");
    }
  }

  /** The model's latest version, its default policy, one label, the client's deadline. */
  public static ClassifyOptions of(String model) {
    return of(ModelId.latest(model));
  }

  /** The model's default policy, one label, the client's deadline. */
  public static ClassifyOptions of(ModelId model) {
    return new ClassifyOptions(model, Optional.empty(), 1, Optional.empty());
  }

  /** The same with this policy instead of the model's default. */
  public ClassifyOptions policy(ExitPolicy value) {
    return new ClassifyOptions(model, Optional.of(value), topK, deadline);
  }

  /** The same with this many labels in an answer. */
  public ClassifyOptions topK(int value) {
    return new ClassifyOptions(model, policy, value, deadline);
  }

  /** The same with this deadline. */
  public ClassifyOptions deadline(Duration value) {
    return new ClassifyOptions(model, policy, topK, Optional.of(value));
  }
}
