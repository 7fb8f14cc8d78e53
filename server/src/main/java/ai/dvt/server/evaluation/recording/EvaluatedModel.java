package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.SelfTestSpec;
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
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.SelfTest;
import ai.dvt.server.runtime.StageException;
import java.util.List;
import java.util.Optional;

/** A model version in one setting with an engine of its own, as the server would run it. */
public final class EvaluatedModel implements AutoCloseable {
  private final ChosenSetting setting;
  private final Device device;
  private final CascadeEngine engine;
  private final ServedCascade cascade;
  private final InputRows rows;

  private EvaluatedModel(
      ChosenSetting setting, Device device, CascadeEngine engine, ServedCascade cascade) {
    this.setting = setting;
    this.device = device;
    this.engine = engine;
    this.cascade = cascade;
    this.rows =
        new InputRows(
            new PictureDecoder(PictureLimits.DEFAULT),
            setting.version().manifest().preprocessing());
  }

  /**
   * Opens the sessions, tries the self-test and starts an engine with the server's defaults.
   *
   * @param device stays the caller's, who closes it after all its models
   * @throws EvaluationException if the model cannot run or fails its self-test
   */
  public static EvaluatedModel open(ChosenSetting setting, Device device)
      throws EvaluationException {
    EngineLimits limits = Defaults.engine();
    ModelVersion version = setting.version();
    ServedCascade cascade;
    try {
      var sessions =
          device.open(version.folder(), version.manifest(), setting.variant(), Defaults.BATCH);
      cascade = new ServedCascade(setting.title(), sessions);
      Optional<SelfTestSpec> test = version.manifest().selfTestOf(setting.variant());
      if (test.isPresent()) {
        List<String> problems =
            SelfTest.run(sessions, device, version.folder(), test.get()).problemsOn(device);
        if (!problems.isEmpty()) {
          cascade.close();
          throw new EvaluationException(cascade.name(), problems.get(0), "a passed self-test");
        }
      }
    } catch (StageException e) {
      throw new EvaluationException(setting.title(), e.getMessage(), "a model that runs");
    }
    CascadeEngine engine =
        new CascadeEngine(
            device, new EngineSettings(limits.queue().bytes(), limits.queue().rows()));
    return new EvaluatedModel(setting, device, engine, cascade);
  }

  /** What runs. */
  public ChosenSetting setting() {
    return setting;
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
  }
}
