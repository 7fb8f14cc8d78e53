package ai.dvt.server.page;

import ai.dvt.server.http.HttpException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A place among the few requests that may do work at one time, so that the others get threads. */
final class Permit {
  private static final long PATIENCE_SECONDS = 3;

  private Permit() {}

  /**
   * Takes a permit, which the caller releases.
   *
   * @throws HttpException if none becomes free soon
   */
  static void take(Semaphore permits, String what) throws HttpException {
    try {
      if (permits.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new HttpException(HttpException.TOO_MANY, what + ": too many (expected: to try later)");
  }
}
