package ai.dvt.server.trial;

import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.PrecisionCheck;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.SelfTest;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a model that was opened on a device answers right. In float32 its self-test tells, with
 * the self-test's tolerance. A device that computes with less is compared with float32 on the CPU
 * instead, on pictures: the best class must be the same nearly always, at every exit, and no logit
 * infinite.
 */
public final class ModelTrial {
  private static final double LEAST_AGREEMENT = 0.99;

  /**
   * How it went.
   *
   * @param problems why the model may not answer; empty: it may
   * @param timings of the self-test's last runs
   * @param precision what was compared and came out, for people, where float32 was compared with
   */
  public record Result(
      List<String> problems, List<SelfTest.Timing> timings, Optional<String> precision) {
    public Result {
      problems = List.copyOf(problems);
      timings = List.copyOf(timings);
    }
  }

  /** With what a device with less than float32 is compared. */
  private record Sample(String name, List<RowWriter> pictures) {}

  private final Optional<ParityPictures> named;

  /**
   * @param pictures a picture or a folder of some, for devices with less than float32; empty: those
   *     of the self-tests
   */
  public ModelTrial(Optional<Path> pictures, PictureDecoder decoder) {
    this.named = pictures.map(path -> new ParityPictures(path, decoder));
  }

  /**
   * Tries it, and has run every session at batch 1 and at the largest batch after it, if the model
   * has a self-test.
   *
   * @param sessions open on the device
   * @param files where the version's files lie
   */
  public Result of(Device device, CascadeSessions sessions, ModelVersion version, Path files) {
    Optional<SelfTestSpec> spec = version.manifest().selfTestOf(sessions.variant());
    Optional<SelfTest.Report> report =
        spec.map(test -> SelfTest.run(sessions, device, files, test));
    List<SelfTest.Timing> timings = report.map(SelfTest.Report::timings).orElse(List.of());
    List<String> problems = new ArrayList<>();
    report.ifPresent(r -> problems.addAll(r.problemsOn(device)));
    if (!problems.isEmpty() || !device.reducesPrecision()) {
      return new Result(problems, timings, Optional.empty());
    }
    try {
      Sample sample = sample(sessions, version, files, spec);
      PrecisionCheck check = compare(device, sessions, version, files, sample.pictures());
      String said =
          "less than float32 on " + sample.pictures().size() + " " + sample.name() + ": " + check;
      if (!check.passes(LEAST_AGREEMENT)) {
        problems.add(said + " (expected: agreement >= " + LEAST_AGREEMENT + ", finite logits)");
      }
      return new Result(problems, timings, Optional.of(said));
    } catch (RepositoryException | StageException | TrialException e) {
      return new Result(List.of("less than float32: " + e.getMessage()), timings, Optional.empty());
    }
  }

  private Sample sample(
      CascadeSessions sessions, ModelVersion version, Path files, Optional<SelfTestSpec> spec)
      throws StageException, TrialException {
    if (named.isPresent()) {
      return new Sample(
          "pictures of parity-pictures", named.get().read(version.manifest().preprocessing()));
    }
    if (spec.isEmpty()) {
      throw new TrialException(
          "self-test", "none", "one, or --parity-pictures: something to compare with float32");
    }
    return new Sample("pictures of the self-test", SelfTest.pictures(sessions, files, spec.get()));
  }

  private static PrecisionCheck compare(
      Device device,
      CascadeSessions sessions,
      ModelVersion version,
      Path files,
      List<RowWriter> pictures)
      throws StageException, RepositoryException {
    VariantSpec tried = sessions.variant();
    try (CpuDevice cpu = new CpuDevice(SessionSettings.DEFAULT, 1);
        CascadeSessions reference =
            cpu.open(
                files,
                version.manifest(),
                version.variantFor(cpu.provider(), tried.setting().orElse("")),
                sessions.maxBatch())) {
      return PrecisionCheck.compare(cpu, reference, device, sessions, pictures);
    }
  }
}
