package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.image.PictureException;
import java.util.List;

/** How many picture files a second go through a model, decoding and resizing included. */
public final class Throughput {
  /** Neither good nor bad news matters here. */
  private static final PictureRuns.Listener DEAF =
      new PictureRuns.Listener() {
        @Override
        public void answered(List<ExitPassed> passed, List<Float> gflops) {}

        @Override
        public void unreadable(PictureException cause) {}
      };

  private Throughput() {}

  /**
   * Runs the pictures once.
   *
   * @return pictures a second
   */
  public static double measure(EvaluatedModel model, List<byte[]> files, BoundPolicy policy)
      throws EvaluationException, InterruptedException {
    try (PictureRuns runs = new PictureRuns(model)) {
      long start = System.nanoTime();
      for (byte[] file : files) {
        runs.submit(file, policy, DEAF);
      }
      runs.await();
      return files.size() / ((System.nanoTime() - start) / 1e9);
    }
  }
}
