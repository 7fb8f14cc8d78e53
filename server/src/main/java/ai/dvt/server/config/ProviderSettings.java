package ai.dvt.server.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What runs the stages.
 *
 * @param order providers' names, the first that works is taken; empty: all that are there, plugins
 *     before TensorRT before CUDA before the CPU
 * @param strict whether one that is there and does not work ends the start
 * @param options by provider, then by the provider's own name
 * @param libraries of plugin providers, by the name to give them
 * @param engines where compiled engines are kept
 * @param parityPictures on which less than float32 must answer as float32 does: a picture or a
 *     folder of some; empty: those of the models' self-tests
 */
public record ProviderSettings(
    List<String> order,
    boolean strict,
    Map<String, Map<String, String>> options,
    Map<String, Path> libraries,
    Path engines,
    Handover handover,
    Optional<Path> parityPictures) {
  private static final List<String> BUILT_IN = List.of("tensorrt", "cuda", "cpu");
  private static final Set<String> GRAPH_CAPTURE =
      Set.of("enable_cuda_graph", "trt_cuda_graph_enable");

  /** The CPU. */
  public static final ProviderSettings CPU =
      new ProviderSettings(
          List.of("cpu"),
          false,
          Map.of(),
          Map.of(),
          Defaults.ENGINES,
          Handover.AUTO,
          Optional.empty());

  public ProviderSettings {
    order = List.copyOf(order);
    Map<String, Map<String, String>> copied = new LinkedHashMap<>();
    options.forEach((provider, values) -> copied.put(provider, Map.copyOf(values)));
    options = Map.copyOf(copied);
    libraries = Map.copyOf(libraries);
    for (String name : libraries.keySet()) {
      ConfigException.require(
          name.matches("[a-z][a-z0-9-]*") && !BUILT_IN.contains(name),
          "provider-library",
          name,
          "small letters, digits and -, none of " + BUILT_IN);
    }
    for (String name : order) {
      ConfigException.require(
          BUILT_IN.contains(name) || libraries.containsKey(name),
          "provider",
          name,
          "one of " + BUILT_IN + " or of the provider libraries " + libraries.keySet());
    }
    for (String name : options.keySet()) {
      ConfigException.require(
          (BUILT_IN.contains(name) && !name.equals("cpu")) || libraries.containsKey(name),
          "provider-option",
          name,
          "tensorrt, cuda or one of the provider libraries " + libraries.keySet());
      if (BUILT_IN.contains(name)) {
        options.get(name).forEach((key, value) -> check(name + '.' + key, key, value));
      }
    }
  }

  private static void check(String name, String key, String value) {
    if (key.equals("device_id")) {
      ConfigException.require(
          value.matches("\\d{1,4}"), "provider-option " + name, value, "a number from 0");
    }
    ConfigException.require(
        !GRAPH_CAPTURE.contains(key) || value.equals("0"),
        "provider-option " + name,
        value,
        "0: a captured graph reads and writes the same addresses in every run, tensors here move");
  }

  /** A provider's own options. */
  public Map<String, String> optionsOf(String provider) {
    return options.getOrDefault(provider, Map.of());
  }

  /** The same with pictures to compare on; empty: those of the models' self-tests. */
  public ProviderSettings withParityPictures(Optional<Path> pictures) {
    return new ProviderSettings(order, strict, options, libraries, engines, handover, pictures);
  }

  /** The same with other options of one provider. */
  public ProviderSettings with(String provider, Map<String, String> values) {
    Map<String, Map<String, String>> changed = new LinkedHashMap<>(options);
    changed.put(provider, values);
    return new ProviderSettings(
        order, strict, changed, libraries, engines, handover, parityPictures);
  }
}
