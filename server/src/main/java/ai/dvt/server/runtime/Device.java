package ai.dvt.server.runtime;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import java.nio.file.Path;

/** Something that runs stages: the CPU or a GPU. Safe from any thread. */
public interface Device extends AutoCloseable {
  /** The execution provider's name as in {@link VariantSpec#providers}, e.g. {@code cpu}. */
  String provider();

  /** Threads that bring batches to the stages: the cores of a CPU, one or two for a GPU. */
  int workers();

  /** Whether float32 graphs are computed with less than float32 here, by default or as told. */
  default boolean reducesPrecision() {
    return false;
  }

  /**
   * Runs of stages side by side: one a worker, or one of a GPU, which the workers take in turns.
   */
  default int runsAtOnce() {
    return workers();
  }

  /** Whether the processor's cores run the stages. */
  default boolean onHost() {
    return true;
  }

  /** The largest batch that is tried where nobody names one; a power of two. */
  default int largestBatchTried() {
    return ExecutionProvider.USUAL_BATCH_TRIED;
  }

  /** Whether this device can run the variant. */
  default boolean runs(VariantSpec variant) {
    return variant.providers().isEmpty() || variant.providers().contains(provider());
  }

  /**
   * Opens a session per stage and checks that the graphs have the tensors that the manifest says.
   *
   * @param folder the version folder; its files were checked against their sha256
   * @param maxBatch the most rows that one run takes
   * @throws StageException naming the stage and tensor that does not fit; nothing stays open
   */
  CascadeSessions open(Path folder, CascadeManifest manifest, VariantSpec variant, int maxBatch)
      throws StageException;

  /** Buffers for one thread that runs stages, shared by all cascades. */
  Workspace openWorkspace();

  /** What this device's cascades and workspaces hold now, outside ONNX Runtime. */
  NativeMemory memory();

  /** Tensors open in ONNX Runtime; 0 while nothing runs and nothing is handed over. */
  int openTensors();

  /** Ends the device; sessions and workspaces must be closed before. */
  @Override
  void close();
}
