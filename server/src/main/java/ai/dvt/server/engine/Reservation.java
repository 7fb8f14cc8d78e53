package ai.dvt.server.engine;

/**
 * Room for one image on its whole way. {@link CascadeEngine#submit} takes it over; otherwise the
 * holder closes it.
 */
public final class Reservation implements AutoCloseable {
  private final Admission admission;
  private final Caller caller;
  private final long bytes;
  private boolean closed;

  Reservation(Admission admission, Caller caller, long bytes) {
    this.admission = admission;
    this.caller = caller;
    this.bytes = bytes;
  }

  /** The image and the largest set of hand-over rows of its way. */
  public long bytes() {
    return bytes;
  }

  /** For whom; the image goes on under this name. */
  public Caller caller() {
    return caller;
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
    admission.release(caller, bytes);
  }
}
