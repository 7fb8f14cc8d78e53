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
 * @param budget compute that the pictures of the call or stream share; without a policy it alone
 *     decides who goes on
 * @param priority on a busy server
 */
public record ClassifyOptions(
    ModelId model,
    Optional<ExitPolicy> policy,
    int topK,
    Optional<Duration> deadline,
    Optional<PictureBudget> budget,
    Priority priority) {
  public ClassifyOptions {
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(priority, "priority");
    if (topK < 1) {
      throw new IllegalArgumentException("topK: " + topK + " (expected: >= 1)");
    }
    if (deadline.isPresent() && (deadline.get().isNegative() || deadline.get().isZero())) {
      throw new IllegalArgumentException("deadline: " + deadline.get() + " (expected: > 0)");
    }
  }

  /** Interactive. */
  public ClassifyOptions(
      ModelId model,
      Optional<ExitPolicy> policy,
      int topK,
      Optional<Duration> deadline,
      Optional<PictureBudget> budget) {
    this(model, policy, topK, deadline, budget, Priority.INTERACTIVE);
  }

  /** Interactive, without a budget. */
  public ClassifyOptions(
      ModelId model, Optional<ExitPolicy> policy, int topK, Optional<Duration> deadline) {
    this(model, policy, topK, deadline, Optional.empty());
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
    return new ClassifyOptions(model, Optional.of(value), topK, deadline, budget, priority);
  }

  /** The same with this many labels in an answer. */
  public ClassifyOptions topK(int value) {
    return new ClassifyOptions(model, policy, value, deadline, budget, priority);
  }

  /** The same with this deadline. */
  public ClassifyOptions deadline(Duration value) {
    return new ClassifyOptions(model, policy, topK, Optional.of(value), budget, priority);
  }

  /**
   * The same with compute that the pictures share.
   *
   * @param pictures of the call or stream, at most
   * @param totalGflops of all of them together, 1e9 multiply-adds
   */
  public ClassifyOptions budget(int pictures, double totalGflops) {
    return new ClassifyOptions(
        model,
        policy,
        topK,
        deadline,
        Optional.of(new PictureBudget(pictures, totalGflops)),
        priority);
  }

  /** The same with this priority. */
  public ClassifyOptions priority(Priority value) {
    return new ClassifyOptions(model, policy, topK, deadline, budget, value);
  }
}
