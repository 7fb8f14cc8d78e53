package ai.dvt.server;

import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.PrecisionCheck;
import ai.dvt.server.runtime.SelfTest;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a model be served with less than float32 only if it answers as in float32 on the CPU, on the
 * pictures of its self-test; the self-test's tolerance is not for it.
 */
final class ReducedPrecision {
  private static final Logger LOG = LoggerFactory.getLogger(ReducedPrecision.class);
  private static final double LEAST_AGREEMENT = 0.99;

  private final Device device;
  private final int maxBatch;

  /**
   * @param device computes with less than float32
   */
  ReducedPrecision(Device device, int maxBatch) {
    this.device = device;
    this.maxBatch = maxBatch;
  }

  /** Compares and logs; a problem if the answers differ. */
  Optional<String> check(
      ServedModel model, CascadeSessions sessions, Path files, SelfTestSpec spec) {
    try (CpuDevice cpu = new CpuDevice(SessionSettings.DEFAULT, 1);
        CascadeSessions reference =
            cpu.open(
                files,
                model.version().manifest(),
                model.version().variantFor(cpu.provider()),
                maxBatch)) {
      PrecisionCheck check =
          PrecisionCheck.compare(
              cpu, reference, device, sessions, SelfTest.pictures(sessions, files, spec));
      LOG.info("{} with reduced precision: {}", model.cascade().name(), check);
      return check.passes(LEAST_AGREEMENT)
          ? Optional.empty()
          : Optional.of(
              "reduced precision: " + check + " (expected: agreement >= " + LEAST_AGREEMENT + ")");
    } catch (RepositoryException | StageException e) {
      return Optional.of("reduced precision: " + e.getMessage());
    }
  }
}
