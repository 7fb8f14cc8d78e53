package ai.dvt.server.grpc;

import java.util.List;

/**
 * The settings of a model beside the one that is loaded from the start, such as other keep rates.
 * Safe from any thread.
 */
public interface ModelSettings extends AutoCloseable {
  /** For a model of one setting. */
  ModelSettings NONE =
      new ModelSettings() {
        @Override
        public ServedModel of(String setting) throws RequestException {
          throw RequestException.unavailable("setting " + setting + ": not loaded");
        }

        @Override
        public List<ServedModel> loaded() {
          return List.of();
        }

        @Override
        public void close() {}
      };

  /**
   * The model in another setting; loads it if it is not, which takes a while.
   *
   * @param setting one of the manifest's, not that of the first variant
   * @throws RequestException if it cannot be loaded
   */
  ServedModel of(String setting) throws RequestException;

  /** The model in every setting that is loaded now beside the first; never waits. */
  List<ServedModel> loaded();

  /** Ends all of them, each after its last image. */
  @Override
  void close();
}
