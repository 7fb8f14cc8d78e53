package ai.dvt.server.engine;

/**
 * What an operator chooses for a device.
 *
 * @param capacityBytes of all images in the engine together, see {@link Admission}
 * @param capacityRows images in the engine together
 */
public record EngineSettings(long capacityBytes, int capacityRows) {
  public EngineSettings {
    if (capacityBytes < 1) {
      throw new IllegalArgumentException("capacity: " + capacityBytes + " bytes (expected: >= 1)");
    }
    if (capacityRows < 1) {
      throw new IllegalArgumentException("capacity: " + capacityRows + " rows (expected: >= 1)");
    }
  }
}
