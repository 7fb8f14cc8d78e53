package ai.dvt.client.load.rounds;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.client.load.figures.Round;

/** Something that is measured: a model on a server, or its raw chain. */
public interface Side extends AutoCloseable {
  /** The model, for people. */
  String name();

  /** Exits of the model. */
  int exits();

  /**
   * Checks a policy against the cascade and its operating points.
   *
   * @throws ContractException naming the part that does not fit
   */
  BoundPolicy bind(ExitPolicy policy);

  /** What it runs on. */
  Environment environment();

  /** Runs one round; alone, nothing else of this program works meanwhile. */
  Round run(RoundPlan plan) throws InterruptedException;

  @Override
  void close();
}
