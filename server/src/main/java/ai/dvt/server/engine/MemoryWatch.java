package ai.dvt.server.engine;

import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the process under a limit of memory: from {@value #HIGH} % of it on images come in one at a
 * time and the workers give back what they keep for large batches; from {@value #LOW} % down it is
 * as before.
 */
public final class MemoryWatch implements AutoCloseable {
  static final int HIGH = 90;
  static final int LOW = 80;
  private static final long PERIOD_MILLIS = 50;
  private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);

  private final CascadeEngine engine;
  private final long limitBytes;
  private final Supplier<OptionalLong> residentBytes;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "memory-watch");
            thread.setDaemon(true);
            return thread;
          });
  private boolean tight;

  /**
   * Watches nothing before {@link #start}.
   *
   * @param limitBytes of the process
   * @param residentBytes what the process takes now
   */
  public MemoryWatch(CascadeEngine engine, long limitBytes, Supplier<OptionalLong> residentBytes) {
    this.engine = engine;
    this.limitBytes = limitBytes;
    this.residentBytes = residentBytes;
  }

  /** Looks again and again from now on. */
  public void start() {
    clock.scheduleWithFixedDelay(this::look, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Looks once. */
  synchronized void look() {
    OptionalLong now = residentBytes.get();
    if (now.isEmpty()) {
      return;
    }
    if (!tight && now.getAsLong() > limitBytes / 100 * HIGH) {
      tight = true;
      LOG.warn(
          "memory: {} bytes (expected: <= {} % of {}): images come in one at a time",
          now.getAsLong(), HIGH, limitBytes);
      engine.tighten(true);
    } else if (tight && now.getAsLong() < limitBytes / 100 * LOW) {
      tight = false;
      LOG.info("memory: {} bytes: images come in as before", now.getAsLong());
      engine.tighten(false);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
