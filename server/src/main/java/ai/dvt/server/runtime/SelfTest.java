package ai.dvt.server.runtime;

import ai.dvt.cascade.SelfTestSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs a cascade on its manifest's pictures and compares the logits of every exit, at batch 1 and
 * at the largest batch. Also the warm-up: afterwards every session has run.
 */
public final class SelfTest {
  /**
   * @param problems each naming stage, batch size and largest error; empty: passed
   * @param timings of the last run of every stage and batch size
   */
  public record Report(List<String> problems, List<Timing> timings) {
    public Report {
      problems = List.copyOf(problems);
      timings = List.copyOf(timings);
    }

    public boolean passed() {
      return problems.isEmpty();
    }
  }

  /**
   * @param stage from 1
   */
  public record Timing(int stage, int rows, long nanos) {}

  private SelfTest() {}

  /**
   * @param folder the version folder
   */
  public static Report run(
      CascadeSessions sessions, Device device, Path folder, SelfTestSpec spec) {
    throw new UnsupportedOperationException();
  }
}
