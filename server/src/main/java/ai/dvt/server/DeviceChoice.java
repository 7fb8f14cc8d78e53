package ai.dvt.server;

import ai.dvt.server.config.Mode;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.ProviderException;
import ai.dvt.server.runtime.provider.Providers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Opens the device, with its threads used as told, or in both ways to be compared. */
final class DeviceChoice {
  /**
   * A device whose threads are used in one way.
   *
   * @param device the holder's
   * @param settings of the device's sessions
   * @param why it is used so, for people
   */
  record Way(Mode mode, Device device, SessionSettings settings, String why) {
    Way because(String reason) {
      return new Way(mode, device, settings, reason);
    }

    /** For people: what is used, and why. */
    String said() {
      return "mode "
          + mode.name().toLowerCase(Locale.ROOT)
          + ": workers "
          + device.workers()
          + ", threads each "
          + settings.threads()
          + " ("
          + why
          + ")";
    }
  }

  private final ServerConfig config;

  DeviceChoice(ServerConfig config) {
    this.config = config;
  }

  /**
   * The ways to choose from.
   *
   * @return one, or that of most throughput and that of the least latency
   * @throws ServerException if no provider works
   */
  List<Way> open() throws ServerException {
    List<Way> ways = new ArrayList<>();
    boolean complete = false;
    try {
      Mode told = config.engine().mode();
      ways.add(way(told == Mode.AUTO ? Mode.THROUGHPUT : told, "as told"));
      if (told == Mode.AUTO) {
        if (config.engine().workers() == 1) {
          ways.set(0, ways.get(0).because("one thread"));
        } else if (!ways.get(0).device().onHost()) {
          ways.set(0, ways.get(0).because("a GPU has one way to use them"));
        } else if (config.engine().queue().memory().isPresent()) {
          ways.set(0, ways.get(0).because("a memory limit: no model is opened twice"));
        } else {
          ways.add(way(Mode.LATENCY, "measured"));
        }
      }
      complete = true;
      return ways;
    } catch (ProviderException e) {
      throw new ServerException(e.getMessage());
    } finally {
      if (!complete) {
        ways.forEach(way -> way.device().close());
      }
    }
  }

  private Way way(Mode mode, String why) throws ProviderException {
    int threads = config.engine().workers();
    SessionSettings usual = SessionSettings.DEFAULT;
    SessionSettings settings =
        mode == Mode.LATENCY
            ? new SessionSettings(threads, usual.arena(), usual.memoryPattern())
            : usual;
    ExecutionProvider provider = new Providers(config.providers()).choose();
    return new Way(
        mode,
        new SessionDevice(
            provider, settings, mode == Mode.LATENCY ? 1 : threads, config.providers().handover()),
        settings,
        why);
  }
}
