package ai.dvt.client.stream;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitDecision;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides at an exit whether an image goes on. Called from the stream's thread, one image at a
 * time: a slow decision holds up the stream's other images. An exception stops the image and fails
 * its future.
 */
@FunctionalInterface
public interface ExitSteering {
  /** Whether the next stage runs; otherwise this exit's outcome is the answer. */
  boolean goesOn(ReachedExit exit);

  /**
   * Decides as the server would, with what a client knows: the latency budget counts from the
   * submission, and the next stage is expected to take as long for its cost as the last one did.
   */
  static ExitSteering by(BoundPolicy policy) {
    return exit ->
        policy.decide(
                exit.outcome(),
                new BoundPolicy.Circumstances(inTime(policy, exit), true, Optional.empty()))
            instanceof ExitDecision.Continue;
  }

  private static boolean inTime(BoundPolicy policy, ReachedExit exit) {
    if (policy.latencyBudget().isEmpty()) {
      return true;
    }
    int number = exit.outcome().exit();
    double before = number < 2 ? 0 : policy.gflops().get(number - 2);
    double last = exit.gflops() - before;
    double next = exit.nextGflops() - exit.gflops();
    double nanos = exit.passed().queueTime().plus(exit.passed().computeTime()).toNanos();
    Duration expected = Duration.ofNanos(Math.round(last > 0 ? nanos * next / last : nanos));
    return exit.elapsed().plus(expected).compareTo(policy.latencyBudget().get()) <= 0;
  }
}
