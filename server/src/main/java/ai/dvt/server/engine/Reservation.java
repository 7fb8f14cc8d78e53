package ai.dvt.server.engine;

/**
 * Room for one image on its whole way. {@link CascadeEngine#submit} takes it over; otherwise the
 * holder closes it.
 */
public final class Reservation implements AutoCloseable {
  private final Admission admission;
  private final long bytes;
  private boolean closed;

  Reservation(Admission admission, long bytes) {
    this.admission = admission;
    this.bytes = bytes;
  }

  /** The image and the largest set of hand-over rows of its way. */
  public long bytes() {
    return bytes;
  }

  /** Gives the room back; a second call does nothing. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    admission.release(bytes);
  }
}
