package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;

/** Finds the bytes of a storage that a pickle names. */
interface StorageSource {
  /**
   * The whole storage (for a view: the view).
   *
   * @param width bytes of one of the storage's elements
   * @throws CheckpointException if the file holds no such storage, or one of another size
   */
  FileRegion data(Storage storage, int width);
}
