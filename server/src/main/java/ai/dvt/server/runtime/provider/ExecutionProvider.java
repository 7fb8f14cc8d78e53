package ai.dvt.server.runtime.provider;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Map;

/** One of ONNX Runtime's ways to run a graph. Safe from any thread. */
public interface ExecutionProvider extends AutoCloseable {
  /** On a processor's cores larger batches gain nothing; a built engine is best at its largest. */
  int USUAL_BATCH_TRIED = 16;

  /** As in a manifest's variants and in {@code --provider}, e.g. {@code cuda}. */
  String name();

  /** Whether its tensors lie in the host's memory. */
  boolean onHost();

  /** Whether its options let float32 graphs be computed with less than float32. */
  default boolean reducesPrecision() {
    return false;
  }

  /** ONNX Runtime's name of the memory that its tensors lie in. */
  default String memory() {
    return "Cpu";
  }

  /** The number of the device among those of its kind. */
  default int deviceNumber() {
    return 0;
  }

  /** What moves rows on the same device: graphs that nobody needs to compile. */
  default ExecutionProvider forRows() {
    return this;
  }

  /** Whether it compiles graphs for long enough to do so ahead of time. */
  default boolean compiles() {
    return false;
  }

  /** The largest batch that is tried where nobody names one; a power of two. */
  default int largestBatchTried() {
    return USUAL_BATCH_TRIED;
  }

  /** The options that a session of this graph gets. */
  Map<String, String> options(StageGraph graph);

  /**
   * Asks a session to use this provider, before the CPU's.
   *
   * @throws OrtException when it is not there; the cause may be on the process's standard error
   *     alone
   */
  void addTo(SessionOptions session, StageGraph graph) throws OrtException;

  /** Gives back what the provider holds; no session uses it any more. */
  @Override
  default void close() {}
}
