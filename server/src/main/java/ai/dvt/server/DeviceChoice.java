package ai.dvt.server;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.Mode;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.ProviderException;
import ai.dvt.server.runtime.provider.Providers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Opens the device with its threads used as told, or as measured with stage 1 of the first model
 * that opens: one worker with all threads where that costs at most a twentieth of the images a
 * second, else as many workers as threads.
 */
final class DeviceChoice {
  /** What part of the throughput the shorter latency may cost. */
  private static final double WORTH = 0.95;

  /**
   * @param settings of the device's sessions
   * @param said for people: what was chosen, and why
   */
  record Chosen(Device device, SessionSettings settings, String said) {}

  private final ServerConfig config;

  DeviceChoice(ServerConfig config) {
    this.config = config;
  }

  /**
   * @throws ServerException if no provider works
   */
  Chosen open() throws ServerException {
    try {
      int threads = config.engine().workers();
      return switch (config.engine().mode()) {
        case THROUGHPUT -> chosen(Mode.THROUGHPUT, "as told");
        case LATENCY -> chosen(Mode.LATENCY, "as told");
        case AUTO -> threads == 1 ? chosen(Mode.THROUGHPUT, "one thread") : measured();
      };
    } catch (ProviderException e) {
      throw new ServerException(e.getMessage());
    }
  }

  private Chosen measured() throws ProviderException {
    Optional<ModelVersion> model = firstModel();
    if (model.isEmpty()) {
      return chosen(Mode.THROUGHPUT, "no model to measure");
    }
    try {
      double side = imagesPerSecond(Mode.THROUGHPUT, model.get());
      double joint = imagesPerSecond(Mode.LATENCY, model.get());
      String why =
          String.format(
              Locale.ROOT,
              "stage 1 of %s/%s: %.0f images/s by one-thread workers, %.0f by one worker",
              model.get().name(),
              model.get().version(),
              side,
              joint);
      return chosen(joint >= WORTH * side ? Mode.LATENCY : Mode.THROUGHPUT, why);
    } catch (StageException | RepositoryException e) {
      return chosen(Mode.THROUGHPUT, "not measured: " + e.getMessage());
    }
  }

  private Optional<ModelVersion> firstModel() {
    try {
      List<ModelVersion> versions = ModelRepository.scan(config.models()).versions();
      return versions.stream().findFirst();
    } catch (RepositoryException e) {
      return Optional.empty(); // told when the models are loaded
    }
  }

  private double imagesPerSecond(Mode mode, ModelVersion model)
      throws ProviderException, StageException, RepositoryException {
    try (SessionDevice device = device(mode, settings(mode));
        CascadeSessions sessions =
            device.open(
                model.folder(),
                model.manifest(),
                model.variantFor(device.provider()),
                config.engine().maxBatch().orElse(Defaults.BATCH))) {
      return StageSpeed.imagesPerSecond(sessions, device, sessions.maxBatch());
    }
  }

  private Chosen chosen(Mode mode, String why) throws ProviderException {
    SessionSettings settings = settings(mode);
    SessionDevice device = device(mode, settings);
    return new Chosen(
        device,
        settings,
        "mode "
            + mode.name().toLowerCase(Locale.ROOT)
            + ": workers "
            + device.workers()
            + ", threads each "
            + settings.threads()
            + " ("
            + why
            + ")");
  }

  private SessionSettings settings(Mode mode) {
    SessionSettings usual = SessionSettings.DEFAULT;
    return mode == Mode.LATENCY
        ? new SessionSettings(config.engine().workers(), usual.arena(), usual.memoryPattern())
        : usual;
  }

  private SessionDevice device(Mode mode, SessionSettings settings) throws ProviderException {
    ExecutionProvider provider = new Providers(config.providers()).choose();
    int workers = mode == Mode.LATENCY ? 1 : config.engine().workers();
    return new SessionDevice(provider, settings, workers, config.providers().handover());
  }
}
