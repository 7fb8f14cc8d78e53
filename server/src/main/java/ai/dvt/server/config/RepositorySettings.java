package ai.dvt.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which models are served and when the repository is looked at again.
 *
 * @param poll how often; empty: never
 * @param versions served of one model at one time, the newest good ones
 * @param unloadFirst whether an old version leaves before a new one is loaded, so that memory holds
 *     one at a time
 * @param copies where private copies of model files are made; empty: the system's folder for
 *     temporary files
 * @param only names of the models loaded at the start; empty: all
 * @param control whether callers may load and unload models
 * @param settingBytes weights of all settings of one model together that may be loaded beside its
 *     first
 */
public record RepositorySettings(
    Optional<Duration> poll,
    int versions,
    boolean unloadFirst,
    Optional<Path> copies,
    List<String> only,
    boolean control,
    long settingBytes) {
  /** As many versions as there are. */
  public static final int ALL = Integer.MAX_VALUE;

  /** All good versions of every model; the repository is not looked at again. */
  public static final RepositorySettings DEFAULT =
      new RepositorySettings(Optional.empty(), ALL, false, Optional.empty(), List.of(), false);

  /** The usual {@link #settingBytes}. */
  public static final long SETTING_BYTES = 1L << 30;

  /** With the usual room for settings. */
  public RepositorySettings(
      Optional<Duration> poll,
      int versions,
      boolean unloadFirst,
      Optional<Path> copies,
      List<String> only,
      boolean control) {
    this(poll, versions, unloadFirst, copies, only, control, SETTING_BYTES);
  }

  public RepositorySettings {
    only = List.copyOf(only);
    poll.ifPresent(
        every ->
            ConfigException.require(
                every.toMillis() >= 1, "poll", every, "at least 1ms, or not given"));
    ConfigException.require(versions >= 1, "versions", versions, ">= 1");
    ConfigException.require(settingBytes >= 0, "settings-memory", settingBytes, ">= 0 bytes");
  }

  /** Only the newest good version of every model, looked for at intervals. */
  public RepositorySettings polling(Duration every) {
    return new RepositorySettings(
        Optional.of(every), 1, unloadFirst, copies, only, control, settingBytes);
  }
}
