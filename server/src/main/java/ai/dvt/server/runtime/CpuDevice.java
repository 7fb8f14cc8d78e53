package ai.dvt.server.runtime;

import ai.dvt.server.config.Handover;
import ai.dvt.server.runtime.provider.CpuProvider;

/** The device of ONNX Runtime's own CPU provider. */
public final class CpuDevice extends SessionDevice {
  /**
   * @param workers threads that run stages side by side
   */
  public CpuDevice(SessionSettings settings, int workers) {
    this(settings, workers, Handover.HOST);
  }

  /**
   * @param workers threads that run stages side by side
   * @param handover {@link Handover#DEVICE}: as a GPU does it, in memory of ONNX Runtime
   */
  public CpuDevice(SessionSettings settings, int workers, Handover handover) {
    super(new CpuProvider(), settings, workers, handover);
  }
}
