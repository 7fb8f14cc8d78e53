package ai.dvt.server.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

/**
 * How ONNX Runtime runs a stage on the CPU.
 *
 * @param threads of one run (intra-op); more than one spin while they wait for each other, only
 *     inside the run
 * @param arena whether sessions keep freed memory for the next run: faster, larger
 * @param memoryPattern whether sessions plan one block per seen input shape: larger with many batch
 *     sizes
 */
public record SessionSettings(int threads, boolean arena, boolean memoryPattern) {
  /** One thread a run; several runs side by side give the most throughput. */
  public static final SessionSettings DEFAULT = new SessionSettings(1, true, false);

  public SessionSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: >= 1)");
    }
  }

  /** New options of these settings, the caller's to close. */
  OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    boolean complete = false;
    try {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setCPUArenaAllocator(arena);
      options.setMemoryPatternOptimization(memoryPattern);
      if (threads > 1) { // they wait for each other many times in a run, and not after it
        options.addConfigEntry("session.intra_op.allow_spinning", "1");
        options.addConfigEntry("session.force_spinning_stop", "1");
      } else {
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
      }
      complete = true;
      return options;
    } finally {
      if (!complete) {
        options.close();
      }
    }
  }
}
