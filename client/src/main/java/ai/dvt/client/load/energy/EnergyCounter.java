package ai.dvt.client.load.energy;

import java.io.IOException;
import java.util.List;

/** Energy that a part of this machine has used. */
interface EnergyCounter extends AutoCloseable {
  /** What is counted, at least one. */
  List<String> names();

  /**
   * Joules since the counter was opened; at most one thread asks.
   *
   * @throws IOException if it can't be read any more
   */
  double joules() throws IOException;

  @Override
  default void close() {}
}
