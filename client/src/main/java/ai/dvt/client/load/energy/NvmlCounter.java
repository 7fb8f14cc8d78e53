package ai.dvt.client.load.energy;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The energy counters of NVIDIA's GPUs, Volta and later, by the library that comes with their
 * driver ({@code nvmlDeviceGetTotalEnergyConsumption}, millijoules since the driver was loaded).
 */
final class NvmlCounter implements EnergyCounter {
  private static final int SUCCESS = 0;

  private record Gpu(String name, Pointer handle, long atOpen) {}

  private final Function energy;
  private final List<Gpu> gpus = new ArrayList<>();

  private NvmlCounter(NativeLibrary nvml) throws IOException {
    this.energy = nvml.getFunction("nvmlDeviceGetTotalEnergyConsumption");
    check("nvmlInit_v2", nvml.getFunction("nvmlInit_v2").invokeInt(new Object[0]));
    IntByReference count = new IntByReference();
    Function counting = nvml.getFunction("nvmlDeviceGetCount_v2");
    check("nvmlDeviceGetCount_v2", counting.invokeInt(new Object[] {count}));
    Function byIndex = nvml.getFunction("nvmlDeviceGetHandleByIndex_v2");
    for (int i = 0; i < count.getValue(); i++) {
      PointerByReference handle = new PointerByReference();
      check("nvmlDeviceGetHandleByIndex_v2", byIndex.invokeInt(new Object[] {i, handle}));
      gpus.add(new Gpu("NVML GPU " + i, handle.getValue(), millijoules(handle.getValue())));
    }
  }

  /**
   * All GPUs of this machine.
   *
   * @param library {@code libnvidia-ml.so.1}
   * @return empty without such a library, or without a GPU, or where one does not count
   */
  static Optional<NvmlCounter> open(String library) {
    try {
      NvmlCounter counter = new NvmlCounter(NativeLibrary.getInstance(library));
      return counter.gpus.isEmpty() ? Optional.empty() : Optional.of(counter);
    } catch (IOException | LinkageError e) { // no JNA, no library, no such function
      return Optional.empty();
    }
  }

  private static void check(String function, int status) throws IOException {
    if (status != SUCCESS) {
      throw new IOException(function + ": status " + status + " (expected: " + SUCCESS + ")");
    }
  }

  private long millijoules(Pointer gpu) throws IOException {
    LongByReference millijoules = new LongByReference();
    check(energy.getName(), energy.invokeInt(new Object[] {gpu, millijoules}));
    return millijoules.getValue();
  }

  @Override
  public List<String> names() {
    return gpus.stream().map(Gpu::name).toList();
  }

  @Override
  public double joules() throws IOException {
    double joules = 0;
    for (Gpu gpu : gpus) {
      joules += (millijoules(gpu.handle()) - gpu.atOpen()) / 1e3;
    }
    return joules;
  }
}
