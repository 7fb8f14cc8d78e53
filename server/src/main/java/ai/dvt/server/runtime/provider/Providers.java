package ai.dvt.server.runtime.provider;

import ai.dvt.server.config.ProviderSettings;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the provider to use, by trying. */
public final class Providers {
  private static final Logger LOG = LoggerFactory.getLogger(Providers.class);

  private final ProviderSettings settings;

  public Providers(ProviderSettings settings) {
    this.settings = settings;
    OrtEnvironment.getEnvironment();
  }

  /** What is compiled into the native library, whether it works or not. */
  public static List<String> compiledIn() {
    OrtEnvironment.getEnvironment();
    return OrtEnvironment.getAvailableProviders().stream()
        .map(provider -> provider == OrtProvider.TENSOR_RT ? TensorRtProvider.NAME : name(provider))
        .toList();
  }

  private static String name(OrtProvider provider) {
    return provider.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** ONNX Runtime's version. */
  public static String runtimeVersion() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  /** Names to try, best first. */
  public List<String> candidates() {
    if (!settings.order().isEmpty()) {
      return settings.order();
    }
    List<String> names = new ArrayList<>(settings.libraries().keySet().stream().sorted().toList());
    List<String> compiledIn = compiledIn();
    for (String name : List.of(TensorRtProvider.NAME, CudaProvider.NAME, CpuProvider.NAME)) {
      if (compiledIn.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }

  /**
   * The first candidate that works, the caller's to close. Others are logged with their cause.
   *
   * @throws ProviderException if none works, or one does not and the settings are strict
   */
  public ExecutionProvider choose() throws ProviderException {
    List<String> causes = new ArrayList<>();
    for (String name : candidates()) {
      if (name.equals(CpuProvider.NAME)) {
        return new CpuProvider();
      }
      ExecutionProvider opened = null;
      String cause;
      try {
        opened = open(name);
        ProviderCheck check = ProviderCheck.of(opened);
        if (check.works()) {
          return opened;
        }
        opened.close();
        cause = check.explanation();
      } catch (ProviderException e) {
        cause = e.getMessage();
      }
      if (settings.strict()) {
        throw new ProviderException("provider " + name, cause, "one that works");
      }
      LOG.warn("provider {} is not used: {}", name, cause);
      causes.add(name + ": " + cause);
    }
    throw new ProviderException("provider", causes, "one that works");
  }

  /**
   * A provider that may not work yet.
   *
   * @throws ProviderException if it is not there
   */
  public ExecutionProvider open(String name) throws ProviderException {
    Path library = settings.libraries().get(name);
    if (library != null) {
      return PluginProvider.load(name, library, settings.optionsOf(name));
    }
    if (!compiledIn().contains(name)) {
      throw new ProviderException(
          "provider",
          name + ", which is not in this ONNX Runtime library",
          "one of " + compiledIn() + ", or another native library");
    }
    boolean tf32 = NvidiaPlatform.tf32Allowed();
    return switch (name) {
      case TensorRtProvider.NAME ->
          new TensorRtProvider(
              settings.optionsOf(name),
              engines(NvidiaPlatform.tensorRtVersion(), tf32),
              new CudaProvider(onSameGpu(settings), tf32),
              tf32);
      case CudaProvider.NAME -> new CudaProvider(settings.optionsOf(name), tf32);
      default -> new CpuProvider();
    };
  }

  /** CUDA's options where TensorRT leaves nodes to it: on the same GPU, unless told otherwise. */
  private static Map<String, String> onSameGpu(ProviderSettings settings) {
    Map<String, String> options = new HashMap<>(settings.optionsOf(CudaProvider.NAME));
    Optional.ofNullable(settings.optionsOf(TensorRtProvider.NAME).get("device_id"))
        .ifPresent(number -> options.putIfAbsent("device_id", number));
    return options;
  }

  private EngineFolders engines(Optional<String> builder, boolean tf32) {
    String gpu = NvidiaPlatform.here().gpus().stream().findFirst().orElse("unknown");
    String version = builder.orElse("unknown") + (tf32 ? "" : " without TF32");
    return new EngineFolders(settings.engines(), gpu, runtimeVersion(), version);
  }
}
