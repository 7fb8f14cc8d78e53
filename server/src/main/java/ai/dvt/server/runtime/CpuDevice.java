package ai.dvt.server.runtime;

import ai.dvt.server.runtime.provider.CpuProvider;

/** The device of ONNX Runtime's own CPU provider. */
public final class CpuDevice extends SessionDevice {
  /**
   * @param workers threads that run stages side by side
   */
  public CpuDevice(SessionSettings settings, int workers) {
    super(new CpuProvider(), settings, workers);
  }
}
