package ai.dvt.server.engine;

import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.runtime.CascadeSessions;
import java.time.Duration;

/**
 * One variant of one model with its sessions, ready to run. {@link #close} refuses new images; the
 * sessions end with the last admitted one.
 */
public final class ServedCascade implements AutoCloseable {
  private final String name;
  private final CascadeSessions sessions;
  private final StageTimes times;
  private final CascadeCounters counters;
  private volatile Pace pace;
  private final Object lock = new Object();
  private volatile LoadControl load = LoadControl.CALM;
  private volatile EarlyAnswers earlyAnswers = EarlyAnswers.UNWATCHED;
  private int users;
  private boolean closed;

  /**
   * @param name for people, e.g. {@code model/1}
   * @param sessions owned from now on
   */
  public ServedCascade(String name, CascadeSessions sessions) {
    this.name = name;
    this.sessions = sessions;
    this.times = new StageTimes(sessions.variant().stages().size(), sessions.maxBatch());
    this.counters = new CascadeCounters(stages(), sessions.maxBatch());
    this.pace = Pace.of(sessions.maxBatch(), Duration.ofMillis(100));
  }

  public String name() {
    return name;
  }

  public VariantSpec variant() {
    return sessions.variant();
  }

  /** Number of stages, which is the number of exits. */
  public int stages() {
    return sessions.variant().stages().size();
  }

  public int classes() {
    return sessions.classes();
  }

  /** The most rows that one run can take. */
  public int maxBatch() {
    return sessions.maxBatch();
  }

  /** Batch sizes and delays of the moment. */
  public Pace pace() {
    return pace;
  }

  /** Changes batch sizes and delays from the next decision on. */
  public void setPace(Pace next) {
    for (int batch : next.batches()) {
      if (batch > maxBatch()) {
        throw new IllegalArgumentException(
            "batch: " + batch + " (expected: <= " + maxBatch() + ", what a run can take)");
      }
    }
    pace = next;
  }

  /** How long runs of its stages take; feed it with the warm-up's times. */
  public StageTimes times() {
    return times;
  }

  /** Counts an image that was decoded and resized, or read as a tensor. */
  public void prepared(long nanos) {
    counters.prepared(nanos);
  }

  /** What the present load asks of its images. */
  public LoadControl load() {
    return load;
  }

  public void setLoad(LoadControl load) {
    this.load = load;
  }

  /** Who watches its early answers. */
  public EarlyAnswers earlyAnswers() {
    return earlyAnswers;
  }

  public void setEarlyAnswers(EarlyAnswers earlyAnswers) {
    this.earlyAnswers = earlyAnswers;
  }

  /**
   * The most bytes that an image keeps alive on its whole way: itself and the largest set of
   * hand-over rows.
   *
   * @param imageBytes {@link InputRow#queuedBytes}
   */
  public long footprint(long imageBytes) {
    long largest = 0;
    for (int stage = 1; stage < stages(); stage++) {
      largest = Math.max(largest, sessions.handoverBytes(stage));
    }
    return Math.addExact(imageBytes, largest);
  }

  /** Refuses new images; the sessions end when the last admitted image ended. */
  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      if (users > 0) {
        return;
      }
    }
    sessions.close();
  }

  CascadeCounters counters() {
    return counters;
  }

  /** Its sessions, to measure them; nobody else may close them. */
  public CascadeSessions sessions() {
    return sessions;
  }

  /**
   * Keeps the sessions for an image, also past {@link #close}, until {@link #leave}.
   *
   * @return false if the cascade is closed already
   */
  public boolean enter() {
    synchronized (lock) {
      if (closed) {
        return false;
      }
      users++;
      return true;
    }
  }

  /** Ends what {@link #enter} began. */
  public void leave() {
    synchronized (lock) {
      users--;
      if (!closed || users > 0) {
        return;
      }
    }
    sessions.close();
  }
}
