package ai.dvt.server.grpc;

/** Loads and unloads models by name while the server runs. Safe from any thread. */
public interface ModelControl {
  /**
   * Reads a model's folder anew and serves what it holds; returns when that is done. Images on the
   * way are answered by the version they were sent to.
   *
   * @param name of a folder directly in the repository
   * @throws RequestException if there is no such model or no version of it can be served; what was
   *     served before then goes on
   */
  void load(String name) throws RequestException;

  /**
   * Stops serving a model; images on the way are answered.
   *
   * @throws RequestException if no such model is served
   */
  void unload(String name) throws RequestException;
}
