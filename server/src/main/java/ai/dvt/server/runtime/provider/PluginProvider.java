package ai.dvt.server.runtime.provider;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEpDevice;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtHardwareDevice.OrtHardwareDeviceType;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A provider that comes as a library of its own, e.g. OpenVINO's. A library may offer several
 * execution providers (OpenVINO's a second one that chooses by itself) and a session takes devices
 * of one only: the first is used, with all its devices. The option {@code hardware} ({@code CPU},
 * {@code GPU}, {@code NPU}) narrows them; {@code reduced-precision=1} says that the library's own
 * options ask for less than float32.
 */
public final class PluginProvider implements ExecutionProvider {
  private static final String HARDWARE = "hardware";
  private static final String REDUCED = "reduced-precision";

  /** By name; several providers may use a library, e.g. while modes are compared. */
  private static final Map<String, Registration> REGISTERED = new HashMap<>();

  private final String name;
  private final List<OrtEpDevice> devices;
  private final Map<String, String> chosen;

  private PluginProvider(String name, List<OrtEpDevice> devices, Map<String, String> chosen) {
    this.name = name;
    this.devices = List.copyOf(devices);
    this.chosen = Map.copyOf(chosen);
  }

  /**
   * Loads the library, until {@link #close}.
   *
   * @param name what to call it
   * @param chosen the library's own options, and {@code hardware}
   * @throws ProviderException if it cannot be loaded or offers no device here
   */
  static PluginProvider load(String name, Path library, Map<String, String> chosen)
      throws ProviderException {
    if (!Files.isRegularFile(library)) {
      throw new ProviderException("provider-library " + name, library, "a library's file");
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    List<OrtEpDevice> devices = new ArrayList<>();
    try {
      Optional<String> type = Optional.ofNullable(chosen.get(HARDWARE));
      for (OrtEpDevice device : register(environment, name, library.toAbsolutePath())) {
        OrtHardwareDeviceType kind = device.getDevice().getType();
        if ((type.isEmpty() || type.get().equalsIgnoreCase(kind.name()))
            && (devices.isEmpty() || devices.get(0).getEpName().equals(device.getEpName()))) {
          devices.add(device);
        }
      }
    } catch (OrtException e) {
      throw new ProviderException("provider-library " + name, e.getMessage(), "one that loads");
    }
    if (devices.isEmpty()) {
      List<String> found = hardware(environment);
      unregister(environment, name);
      throw new ProviderException(
          "provider-library " + name,
          "no device on this machine",
          "a library that supports one of " + found);
    }
    return new PluginProvider(name, devices, chosen);
  }

  /**
   * Registers a library, once for all who use it: ONNX Runtime refuses a name that it knows.
   *
   * @return the devices it offers
   */
  private static List<OrtEpDevice> register(OrtEnvironment environment, String name, Path library)
      throws OrtException, ProviderException {
    synchronized (REGISTERED) {
      Registration known = REGISTERED.get(name);
      if (known == null) {
        List<String> before =
            environment.getEpDevices().stream().map(OrtEpDevice::getEpName).toList();
        environment.registerExecutionProviderLibrary(name, library.toString());
        List<OrtEpDevice> offered =
            environment.getEpDevices().stream()
                .filter(device -> !before.contains(device.getEpName()))
                .toList();
        known = new Registration(library, offered, 0);
      } else if (!known.library().equals(library)) {
        throw new ProviderException(
            "provider-library " + name, library, known.library() + ", which has that name already");
      }
      REGISTERED.put(name, known.with(known.users() + 1));
      return known.devices();
    }
  }

  /** What ONNX Runtime found on this machine, e.g. {@code [AMD CPU]}. */
  private static List<String> hardware(OrtEnvironment environment) throws ProviderException {
    try {
      return environment.getEpDevices().stream()
          .map(OrtEpDevice::getDevice)
          .map(device -> (device.getVendor() + ' ' + device.getType()).trim())
          .distinct()
          .toList();
    } catch (OrtException e) {
      throw new ProviderException("devices", e.getMessage(), "a list");
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean compiles() {
    return true;
  }

  @Override
  public boolean onHost() {
    return devices.get(0).getDevice().getType() == OrtHardwareDeviceType.CPU;
  }

  /** Its tensors lie on the host, and not every library takes a graph of any shape. */
  @Override
  public ExecutionProvider forRows() {
    return new CpuProvider();
  }

  @Override
  public boolean reducesPrecision() {
    return "1".equals(chosen.get(REDUCED));
  }

  @Override
  public Map<String, String> options(StageGraph graph) {
    Map<String, String> options = new TreeMap<>(chosen);
    options.remove(HARDWARE);
    options.remove(REDUCED);
    return options;
  }

  @Override
  public void addTo(SessionOptions session, StageGraph graph) throws OrtException {
    session.addExecutionProvider(devices, options(graph));
  }

  /** Lets the library go if nobody else uses it; no session of this provider may be open then. */
  @Override
  public void close() {
    unregister(OrtEnvironment.getEnvironment(), name);
  }

  private static void unregister(OrtEnvironment environment, String name) {
    synchronized (REGISTERED) {
      Registration known = REGISTERED.remove(name);
      if (known.users() > 1) {
        REGISTERED.put(name, known.with(known.users() - 1));
        return;
      }
      try {
        environment.unregisterExecutionProviderLibrary(name);
      } catch (OrtException e) {
        throw new IllegalStateException("provider-library " + name, e);
      }
    }
  }

  private record Registration(Path library, List<OrtEpDevice> devices, int users) {
    Registration with(int number) {
      return new Registration(library, devices, number);
    }
  }
}
