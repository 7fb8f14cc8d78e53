package ai.dvt.server;

import ai.dvt.cascade.ContractException;
import ai.dvt.server.SessionOpener.Opened;
import ai.dvt.server.config.Adaptation;
import ai.dvt.server.config.BuildCommit;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.engine.Pace;
import ai.dvt.server.engine.ServedCascade;
import ai.dvt.server.engine.guard.AgreementGuard;
import ai.dvt.server.engine.load.RunTimeTable;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.RuntimeVersion;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.trial.ModelTrial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets only those versions answer that pass their self-test. */
final class ModelLoader {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLoader.class);

  private final Supplier<DeviceChoice.Way> way;
  private final SessionOpener opener;
  private final EngineLimits limits;
  private final Adaptation adaptation;
  private final LoadAdapter adapter;
  private final PictureDecoder decoder;
  private final ModelTrial trial;

  /**
   * @param way the device and how its threads are used; chosen before the first model is loaded
   */
  ModelLoader(
      Supplier<DeviceChoice.Way> way,
      SessionOpener opener,
      EngineLimits limits,
      Adaptation adaptation,
      PictureDecoder decoder,
      ModelTrial trial) {
    this.way = way;
    this.opener = opener;
    this.adaptation = adaptation;
    this.adapter = new LoadAdapter(way, limits, adaptation);
    this.limits = limits;
    this.decoder = decoder;
    this.trial = trial;
  }

  /**
   * Opens a version and tries it.
   *
   * @param files where its files lie, needed until this returns
   * @param problems gets all reasons if it cannot be served
   * @return the caller closes the cascade of the model
   */
  Optional<ServedModel> open(ModelVersion version, Path files, List<String> problems) {
    return open(version, version.manifest().settings().get(0), files, problems);
  }

  /**
   * Opens a version in one of its settings and tries it.
   *
   * @param setting one of the manifest's
   */
  Optional<ServedModel> open(
      ModelVersion version, String setting, Path files, List<String> problems) {
    try {
      return tried(
          version,
          setting,
          opener.open(way.get().device(), version, setting, files, false),
          files,
          problems);
    } catch (RepositoryException | StageException e) {
      problems.add(e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Tries a version whose first setting is open on the chosen device.
   *
   * @param opened owned from now on
   */
  Optional<ServedModel> tried(
      ModelVersion version, Opened opened, Path files, List<String> problems) {
    return tried(version, version.manifest().settings().get(0), opened, files, problems);
  }

  private Optional<ServedModel> tried(
      ModelVersion version, String setting, Opened opened, Path files, List<String> problems) {
    CascadeSessions sessions = opened.sessions();
    Device device = way.get().device();
    ServedCascade cascade = new ServedCascade(name(version, setting), sessions);
    ServedModel model =
        new ServedModel(
            version,
            cascade,
            new InputRows(decoder, version.manifest().preprocessing()),
            device.provider(),
            new ServedModel.Execution(
                RuntimeVersion.text(),
                device.workers(),
                way.get().settings().threads(),
                cascade.maxBatch(),
                BuildCommit.id()));
    warmUp(model, sessions, files, problems);
    opened.times().ifPresent(times -> learn(cascade, times));
    cascade.setPace(pace(cascade, opened.batches()));
    if (setting.equals(version.manifest().settings().get(0))) {
      try {
        model.bind(version.defaultPolicy());
      } catch (ContractException e) {
        problems.add("default policy " + version.defaultPolicy() + ": " + e.getMessage());
      }
      if (problems.isEmpty() && adapter.wanted() && version.manifest().settings().size() == 1) {
        adapter.adapt(List.of(model), opened.times(), problems);
      }
    }
    watch(model);
    if (problems.isEmpty()) {
      return Optional.of(model);
    }
    cascade.close();
    return Optional.empty();
  }

  private static void learn(ServedCascade cascade, RunTimeTable times) {
    for (int stage = 1; stage <= cascade.stages(); stage++) {
      for (int rows : times.sizes()) {
        if (rows <= cascade.maxBatch()) {
          cascade.times().ran(stage, rows, times.expectedNanos(stage, rows));
        }
      }
    }
  }

  private Pace pace(ServedCascade cascade, List<Integer> batches) {
    return limits.maxQueueDelays().isEmpty()
        ? Pace.measured(cascade.times(), batches)
        : new Pace(batches, limits.maxQueueDelays());
  }

  /** As {@code model/1}, and any setting but the first behind it. */
  private static String name(ModelVersion version, String setting) {
    String name = version.name() + "/" + version.version();
    return setting.equals(version.manifest().settings().get(0)) ? name : name + " " + setting;
  }

  /**
   * Has a model with settings follow one plan for load over all of them; loads those that have
   * operating points, as far as the memory for settings goes.
   *
   * @param problems gets the reason if there is no plan
   */
  void adapt(ServedModel first, LazySettings others, List<String> problems) {
    if (!adapter.wanted()) {
      return;
    }
    for (String setting : first.version().manifest().settings()) {
      boolean usable =
          first.version().points().values().stream()
              .anyMatch(
                  point ->
                      point.variant().equals(Optional.of(setting))
                          && !point.exitShares().isEmpty());
      if (usable && !setting.equals(first.setting())) {
        try {
          others.of(setting);
        } catch (RequestException e) {
          LOG.warn("{}: not planned for under load: {}", setting, e.getMessage());
        }
      }
    }
    List<ServedModel> settings = new ArrayList<>(List.of(first));
    settings.addAll(others.loaded());
    adapter.adapt(settings, Optional.empty(), problems);
    others.follow(first.cascade().load());
  }

  private void watch(ServedModel model) {
    if (adaptation.guardShare() > 0) {
      model
          .cascade()
          .setEarlyAnswers(
              new AgreementGuard(
                  model.cascade().name(),
                  model.points(),
                  adaptation.guardShare(),
                  adaptation.guardAction() == Adaptation.GuardAction.STRICTER,
                  new SplittableRandom()));
    }
  }

  private void warmUp(
      ServedModel model, CascadeSessions sessions, Path files, List<String> problems) {
    String name = model.cascade().name();
    if (model.version().manifest().selfTestOf(model.cascade().variant()).isEmpty()) {
      LOG.warn("{} has no self-test: nothing proves that it runs right", name);
    }
    ModelTrial.Result result = trial.of(way.get().device(), sessions, model.version(), files);
    problems.addAll(result.problems());
    result.precision().ifPresent(said -> LOG.info("{}: {}", name, said));
    result
        .timings()
        .forEach(run -> model.cascade().times().ran(run.stage(), run.rows(), run.nanos()));
  }
}
