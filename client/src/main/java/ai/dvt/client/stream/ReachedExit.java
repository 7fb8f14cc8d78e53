package ai.dvt.client.stream;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.Label;
import java.time.Duration;
import java.util.List;

/**
 * An exit that a client-driven image reached and where it waits for the caller's word. Never the
 * last exit, which answers by itself.
 *
 * @param id the image's id
 * @param labels most confident first
 * @param gflops spent so far, 1e9 multiply-adds
 * @param nextGflops what the image will have cost at the next exit
 * @param elapsed since the image was submitted
 */
public record ReachedExit(
    String id,
    ExitPassed passed,
    List<Label> labels,
    double gflops,
    double nextGflops,
    Duration elapsed) {
  public ReachedExit {
    labels = List.copyOf(labels);
  }

  /** What the exit said. */
  public ExitOutcome outcome() {
    return passed.outcome();
  }
}
