package ai.dvt.server;

import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.Handover;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.trial.ModelTrial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;

/**
 * Has a provider compile, ahead of time, what a server with the same settings would have it compile
 * at its start. Where the compiled engines are kept is the provider's affair.
 */
public final class EngineBuild implements AutoCloseable {
  /**
   * One variant for one largest batch.
   *
   * @param maxBatch part of the engines' key, as it is at the server's start
   */
  public record Step(ModelVersion model, VariantSpec variant, int maxBatch) {
    /** Compiled one after the other. */
    public int stages() {
      return variant.stages().size();
    }

    /** For people, e.g. {@code model/1, variant portable, batch 8}. */
    @Override
    public String toString() {
      return model.name()
          + "/"
          + model.version()
          + ", variant "
          + variant.name()
          + ", batch "
          + maxBatch;
    }
  }

  /**
   * How a compiled cascade started.
   *
   * @param openSeconds until all its sessions were open
   * @param problems why a server would not serve it; empty: none
   * @param precision what a comparison with float32 found, if there was one
   */
  public record Start(double openSeconds, List<String> problems, Optional<String> precision) {
    public Start {
      problems = List.copyOf(problems);
    }
  }

  private final SessionDevice device;
  private final ModelTrial trial;

  /**
   * @param provider owned from now on
   * @param trial what is compiled has to pass
   */
  public EngineBuild(ExecutionProvider provider, Handover handover, ModelTrial trial) {
    this.device = new SessionDevice(provider, SessionSettings.DEFAULT, 1, handover);
    this.trial = trial;
  }

  /**
   * What there is to compile: every setting of every model, for the batch that the server is told,
   * or for those that it opens a model with before it picks smaller ones.
   *
   * @param maxBatch as the server's; empty: it measures
   * @throws RepositoryException if no variant of a model runs on this provider
   */
  public List<Step> steps(List<ModelVersion> models, OptionalInt maxBatch)
      throws RepositoryException {
    TreeSet<Integer> batches = new TreeSet<>();
    if (maxBatch.isPresent()) {
      batches.add(maxBatch.getAsInt());
    } else {
      batches.add(device.largestBatchTried());
      batches.add(Defaults.BATCH);
    }
    List<Step> steps = new ArrayList<>();
    for (ModelVersion model : models) {
      for (String setting : model.manifest().settings()) {
        for (int batch : batches) {
          steps.add(new Step(model, model.variantFor(device.provider(), setting), batch));
        }
      }
    }
    return steps;
  }

  /**
   * Compiles one stage.
   *
   * @param stage from 1
   * @return seconds
   */
  public double compile(Step step, int stage) throws StageException {
    ModelVersion model = step.model();
    long start = System.nanoTime();
    device.compile(model.folder(), model.manifest(), step.variant(), stage, step.maxBatch());
    return (System.nanoTime() - start) / 1e9;
  }

  /** Opens and runs a compiled cascade as the server does before it serves. */
  public Start start(Step step) throws StageException {
    ModelVersion model = step.model();
    long start = System.nanoTime();
    try (CascadeSessions sessions =
        device.open(model.folder(), model.manifest(), step.variant(), step.maxBatch())) {
      double seconds = (System.nanoTime() - start) / 1e9;
      ModelTrial.Result result = trial.of(device, sessions, model, model.folder());
      return new Start(seconds, result.problems(), result.precision());
    }
  }

  @Override
  public void close() {
    device.close();
  }
}
