package ai.dvt.server;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.engine.load.RunTimeTable;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.Workspace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Opens the sessions of a version once and measures them once, where the batch sizes or the mode
 * are picked by measuring. Whatever else needs run times at the start takes them from there.
 */
final class SessionOpener {
  /** Batch sizes tried, rising; the last one is the largest that is ever picked. */
  private static final List<Integer> SIZES = List.of(1, 2, 4, 8, 16);

  /** A version is measured about so long. */
  private static final Duration MEASURING = Duration.ofSeconds(3);

  /**
   * A version's sessions.
   *
   * @param sessions the holder's
   * @param batches of each stage
   * @param times as measured; empty: nothing had to be picked
   */
  record Opened(CascadeSessions sessions, List<Integer> batches, Optional<RunTimeTable> times) {}

  private final EngineLimits limits;

  SessionOpener(EngineLimits limits) {
    this.limits = limits;
  }

  /** The largest batch that is ever picked. */
  static int largestBatch() {
    return SIZES.get(SIZES.size() - 1);
  }

  /**
   * Opens a version in one of its settings.
   *
   * @param files where its files lie, needed until this returns
   * @param compared whether the run times are wanted for the mode
   */
  Opened open(Device device, ModelVersion version, String setting, Path files, boolean compared)
      throws StageException, RepositoryException {
    boolean first = setting.equals(version.manifest().settings().get(0));
    boolean picks = limits.maxBatch().isEmpty() && first; // else a request waits: no time for it
    int most = limits.maxBatch().orElse(first ? largestBatch() : Defaults.BATCH);
    CascadeSessions sessions =
        device.open(
            files, version.manifest(), version.variantFor(device.provider(), setting), most);
    int stages = sessions.variant().stages().size();
    if (!picks && !compared) {
      return new Opened(sessions, Collections.nCopies(stages, most), Optional.empty());
    }
    boolean complete = false;
    try {
      RunTimeTable times =
          RunTimeTable.measureUpToBest(sessions, device, picks ? SIZES : List.of(most), MEASURING);
      sessions.lowerMaxBatch(Collections.max(times.batches()));
      try (Workspace workspace = device.openWorkspace()) {
        sessions.trim(workspace);
      }
      complete = true;
      return new Opened(sessions, times.batches(), Optional.of(times));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StageException("measuring: interrupted", e);
    } finally {
      if (!complete) {
        sessions.close();
      }
    }
  }
}
