package ai.dvt.server.cli;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.Handover;
import ai.dvt.server.config.ProviderSettings;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.provider.ProviderException;
import ai.dvt.server.runtime.provider.Providers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What runs the stages. */
class ProviderOptions {
  /** {@code cuda.use_tf32=0}. */
  record Setting(String provider, String key, String value) {}

  /** Reads a {@link Setting}. */
  static final class SettingConverter implements ITypeConverter<Setting> {
    @Override
    public Setting convert(String text) {
      int dot = text.indexOf('.');
      int equals = text.indexOf('=');
      if (dot < 1 || equals < dot + 2) {
        throw new TypeConversionException(text + " (expected: PROVIDER.KEY=VALUE)");
      }
      return new Setting(
          text.substring(0, dot), text.substring(dot + 1, equals), text.substring(equals + 1));
    }
  }

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      split = ",",
      description =
          "tensorrt, cuda, cpu or the name of a provider library; of several the first that works."
              + " auto: all that are there, in this order, libraries first (default: auto).")
  private List<String> order = List.of("auto");

  @Option(
      names = "--strict-provider",
      description = "Do not start when a provider is there and does not work.")
  private boolean strict;

  @Option(
      names = "--provider-option",
      paramLabel = "NAME.KEY=VALUE",
      converter = SettingConverter.class,
      description = "A provider's own option, e.g. cuda.use_tf32=0; as often as needed.")
  private List<Setting> options = List.of();

  @Option(
      names = "--provider-library",
      paramLabel = "NAME=PATH",
      description = "Register a plugin provider's library under a name.")
  private Map<String, Path> libraries = Map.of();

  @Option(
      names = "--engine-cache",
      paramLabel = "DIR",
      description = "Where compiled engines are kept (default: ~/.cache/dvt/engines).")
  private Path engines = Defaults.ENGINES;

  @Option(
      names = "--handover",
      paramLabel = "WHERE",
      description =
          "What stages hand over lies on the host, on the device, or on the device if it has memory"
              + " of its own: host, device, auto (default: auto).")
  private Handover handover = Handover.AUTO;

  /**
   * What the options name, for a command that runs stages without a server.
   *
   * @param workers threads that run stages side by side
   * @throws ProviderException if no provider works
   */
  Device open(SessionSettings sessions, int workers) throws ProviderException {
    ProviderSettings settings = settings();
    return new SessionDevice(
        new Providers(settings).choose(), sessions, workers, settings.handover());
  }

  ProviderSettings settings() {
    Map<String, Map<String, String>> byProvider = new LinkedHashMap<>();
    for (Setting setting : options) {
      byProvider
          .computeIfAbsent(setting.provider(), name -> new LinkedHashMap<>())
          .put(setting.key(), setting.value());
    }
    return new ProviderSettings(
        order.equals(List.of("auto")) ? List.of() : order,
        strict,
        byProvider,
        libraries,
        engines,
        handover,
        Optional.empty());
  }
}
