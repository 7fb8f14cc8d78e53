package ai.dvt.server.grpc;

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
        public void close() {}
      };

  /**
   * The model in another setting; loads it if it is not, which takes a while.
   *
   * @param setting one of the manifest's, not that of the first variant
   * @throws RequestException if it cannot be loaded
   */
  ServedModel of(String setting) throws RequestException;

  /** Ends all of them, each after its last image. */
  @Override
  void close();
}
