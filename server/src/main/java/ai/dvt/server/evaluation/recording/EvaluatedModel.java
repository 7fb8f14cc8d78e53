package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.engine.CascadeEngine;
import ai.dvt.server.engine.EngineSettings;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SelfTest;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import java.util.List;
import java.util.Optional;

/** A model version with an engine of its own, as the server would run it. */
public final class EvaluatedModel implements AutoCloseable {
  private final ModelVersion version;
  private final CpuDevice device;
  private final CascadeEngine engine;
  private final ServedCascade cascade;
  private final InputRows rows;

  private EvaluatedModel(
      ModelVersion version, CpuDevice device, CascadeEngine engine, ServedCascade cascade) {
    this.version = version;
    this.device = device;
    this.engine = engine;
    this.cascade = cascade;
    this.rows =
        new InputRows(
            new PictureDecoder(PictureLimits.DEFAULT), version.manifest().preprocessing());
  }

  /**
   * Opens the sessions, tries the self-test and starts an engine with the server's defaults.
   *
   * @throws EvaluationException if the model cannot run or fails its self-test
   */
  public static EvaluatedModel open(ModelVersion version) throws EvaluationException {
    EngineLimits limits = Defaults.engine();
    CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, limits.workers());
    ServedCascade cascade;
    try {
      VariantSpec variant = version.variantFor(device.provider());
      var sessions = device.open(version.folder(), version.manifest(), variant, Defaults.BATCH);
      cascade = new ServedCascade(version.name() + "/" + version.version(), sessions);
      if (version.manifest().selfTest().isPresent()) {
        List<String> problems =
            SelfTest.run(sessions, device, version.folder(), version.manifest().selfTest().get())
                .problems();
        if (!problems.isEmpty()) {
          cascade.close();
          device.close();
          throw new EvaluationException(cascade.name(), problems.get(0), "a passed self-test");
        }
      }
    } catch (RepositoryException | StageException e) {
      device.close();
      throw new EvaluationException(
          version.name() + "/" + version.version(), e.getMessage(), "a model that runs");
    }
    CascadeEngine engine =
        new CascadeEngine(
            device, new EngineSettings(limits.queue().bytes(), limits.queue().rows()));
    return new EvaluatedModel(version, device, engine, cascade);
  }

  public ModelVersion version() {
    return version;
  }

  /** Cumulative cost of each exit, 1e9 multiply-adds. */
  public List<Double> gflops() {
    return cascade.variant().gflops();
  }

  /** Names of the stages, one an exit, e.g. {@code 7x7}. */
  public List<String> stageNames() {
    return cascade.variant().stages().stream().map(StageSpec::name).toList();
  }

  /** The operating points that suit the variant in use. */
  public List<OperatingPoint> points() {
    return version.points().values().stream().filter(this::suits).toList();
  }

  /**
   * Checks a policy against the cascade and its operating points.
   *
   * @throws ContractException naming the field that does not fit
   */
  public BoundPolicy bind(ExitPolicy policy) {
    return BoundPolicy.of(
        policy,
        gflops(),
        name ->
            Optional.ofNullable(version.points().get(name))
                .filter(this::suits)
                .map(OperatingPoint::thresholds));
  }

  private boolean suits(OperatingPoint point) {
    return point.variant().isEmpty()
        || point.variant().get().equals(cascade.variant().name())
        || point.variant().equals(cascade.variant().setting());
  }

  CascadeEngine engine() {
    return engine;
  }

  ServedCascade cascade() {
    return cascade;
  }

  InputRows rows() {
    return rows;
  }

  int workers() {
    return device.workers();
  }

  @Override
  public void close() {
    engine.close();
    cascade.close();
    device.close();
  }
}
