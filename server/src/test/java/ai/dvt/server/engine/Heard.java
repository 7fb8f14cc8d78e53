package ai.dvt.server.engine;

import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A listener that remembers, and that notices calls it should not get. */
final class Heard implements ImageListener {
  private final CountDownLatch end = new CountDownLatch(1);
  private final Consumer<Integer> atExit;
  private final List<List<ExitPassed>> reached = new ArrayList<>();
  private int ends;
  private List<ExitPassed> passed;
  private float[] logits;
  private ExitReason reason;
  private EngineException failure;

  Heard() {
    this(exit -> {});
  }

  /**
   * @param atExit called within {@link #reached} with the exit's number
   */
  Heard(Consumer<Integer> atExit) {
    this.atExit = atExit;
  }

  @Override
  public void reached(List<ExitPassed> exits, float[] exitLogits) {
    synchronized (this) {
      ends += ends > 0 ? 100 : 0;
      reached.add(exits);
      logits = exitLogits;
      notifyAll();
    }
    atExit.accept(exits.size());
  }

  @Override
  public synchronized void answered(List<ExitPassed> exits, float[] exitLogits, ExitReason why) {
    ends++;
    passed = exits;
    logits = exitLogits;
    reason = why;
    end.countDown();
  }

  @Override
  public synchronized void failed(EngineException cause) {
    ends++;
    failure = cause;
    end.countDown();
  }

  /** Waits for the end. */
  Heard await() {
    try {
      if (!end.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("no end within 30 s");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  /** Waits until an exit was reached. */
  synchronized Heard awaitExit(int exit) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (reached.size() < exit) {
      if (ends > 0 || System.nanoTime() > deadline) {
        throw new AssertionError("exit " + exit + " was not reached");
      }
      try {
        wait(1000);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return this;
  }

  synchronized boolean ended() {
    return ends > 0;
  }

  /** How often the end was told; 1 is right. */
  synchronized int ends() {
    return ends;
  }

  synchronized ExitReason reason() {
    return reason;
  }

  /** The exit that answered. */
  synchronized int exit() {
    return passed.size();
  }

  synchronized List<ExitPassed> passed() {
    return passed;
  }

  synchronized float[] logits() {
    return logits;
  }

  synchronized EngineException.Kind failedWith() {
    return failure == null ? null : failure.kind();
  }

  synchronized EngineException failure() {
    return failure;
  }

  synchronized int exitsReached() {
    return reached.size();
  }
}
