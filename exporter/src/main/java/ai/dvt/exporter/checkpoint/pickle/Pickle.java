package ai.dvt.exporter.checkpoint.pickle;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;
import java.util.List;

/**
 * One pickle, read.
 *
 * @param value the object
 * @param storages every storage it names, in the order of first mention, with repetitions
 */
public record Pickle(PickleValue value, List<Storage> storages) {
  public Pickle {
    storages = List.copyOf(storages);
  }
}
