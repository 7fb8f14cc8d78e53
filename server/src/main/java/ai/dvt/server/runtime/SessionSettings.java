package ai.dvt.server.runtime;

/**
 * How ONNX Runtime runs a stage on the CPU.
 *
 * @param threads of one run (intra-op)
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
}
