package ai.dvt.server.engine;

import ai.dvt.server.runtime.Device;
import java.time.Duration;

/**
 * Answers images: the workers of one device and what they share. Safe from any thread.
 *
 * <p>An image is admitted ({@link #admission}), submitted, batched with images of other callers at
 * every stage, and leaves at its exit.
 */
public final class CascadeEngine implements AutoCloseable {
  private final Admission admission;

  /** Starts the device's workers; the device stays the caller's. */
  public CascadeEngine(Device device, EngineSettings settings) {
    this.admission = new Admission(settings.capacityBytes());
  }

  public Admission admission() {
    return admission;
  }

  /**
   * Takes an image in. Never throws for the image's sake: a draining engine or an unloaded model is
   * told to the listener, possibly before this returns.
   *
   * @param room the engine's from now on, whatever the outcome
   */
  public ImageTicket submit(Reservation room, ImageTask task) {
    throw new UnsupportedOperationException();
  }

  /**
   * Refuses new images and waits for the admitted ones to end, client-driven ones included.
   *
   * @return whether all ended within the limit
   */
  public boolean drain(Duration limit) {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends the engine: images still in it fail with {@link EngineException.Kind#DRAINING}; returns
   * when the runs under way have ended and no thread is left.
   */
  @Override
  public void close() {}
}
