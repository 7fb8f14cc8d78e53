package ai.dvt.server;

import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.engine.load.RunTimeTable;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.Workspace;
import ai.dvt.server.runtime.provider.ExecutionProvider;
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
  /** Of larger batches one that fails, for want of memory, ends the trying. */
  private static final int MUST_RUN = ExecutionProvider.USUAL_BATCH_TRIED;

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
    VariantSpec variant = version.variantFor(device.provider(), setting);
    CascadeSessions sessions =
        picks
            ? openForMost(device, version, variant, files)
            : device.open(
                files, version.manifest(), variant, limits.maxBatch().orElse(Defaults.BATCH));
    int most = sessions.maxBatch();
    int stages = sessions.variant().stages().size();
    if (!picks && !compared) {
      return new Opened(sessions, Collections.nCopies(stages, most), Optional.empty());
    }
    boolean complete = false;
    try {
      RunTimeTable times =
          RunTimeTable.measureUpToBest(
              sessions,
              device,
              picks ? RunTimeTable.powersOfTwo(most) : List.of(most),
              MUST_RUN,
              MEASURING);
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

  /** For the largest batch that the device tries and that the model's tensors allow. */
  private static CascadeSessions openForMost(
      Device device, ModelVersion version, VariantSpec variant, Path files) throws StageException {
    int most = device.largestBatchTried();
    while (true) {
      try {
        return device.open(files, version.manifest(), variant, most);
      } catch (StageException e) {
        if (most <= MUST_RUN) {
          throw e;
        }
        most /= 2;
      }
    }
  }
}
