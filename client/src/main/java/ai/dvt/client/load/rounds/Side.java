package ai.dvt.client.load.rounds;

import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.load.figures.Round;

/** Something that is measured: a model on a server, or its raw chain. */
public interface Side extends AutoCloseable {
  /** The model, for people. */
  String name();

  /** The model as it is run. */
  ModelDescription model();

  /** Exits of the model. */
  default int exits() {
    return model().variantInUse().stages().size();
  }

  /** Runs one round; alone, nothing else of this program works meanwhile. */
  Round run(RoundPlan plan) throws InterruptedException;

  @Override
  void close();
}
