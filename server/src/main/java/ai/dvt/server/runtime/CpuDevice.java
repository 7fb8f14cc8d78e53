package ai.dvt.server.runtime;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.VariantSpec;
import java.nio.file.Path;

/** ONNX Runtime's CPU provider; hand-over stays in direct memory. */
public final class CpuDevice implements Device {
  private final SessionSettings settings;
  private final int workers;
  private final NativeMemory memory = new NativeMemory();

  /**
   * @param workers threads that run stages side by side
   */
  public CpuDevice(SessionSettings settings, int workers) {
    if (workers < 1) {
      throw new IllegalArgumentException("workers: " + workers + " (expected: >= 1)");
    }
    this.settings = settings;
    this.workers = workers;
  }

  @Override
  public String provider() {
    return "cpu";
  }

  @Override
  public int workers() {
    return workers;
  }

  @Override
  public CascadeSessions open(
      Path folder, CascadeManifest manifest, VariantSpec variant, int maxBatch)
      throws StageException {
    throw new UnsupportedOperationException(settings.toString());
  }

  @Override
  public Workspace openWorkspace() {
    throw new UnsupportedOperationException();
  }

  @Override
  public NativeMemory memory() {
    return memory;
  }

  @Override
  public void close() {}
}
