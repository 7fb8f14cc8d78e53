package ai.dvt.server.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Time that passes when a test says so; due actions run on the test's thread. */
final class FakeClock implements EngineClock {
  private record Timer(long nanos, Runnable action) {}

  private final List<Timer> timers = new ArrayList<>();
  private long now = 1_000_000_000;

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized Runnable at(long nanos, Runnable action) {
    Timer timer = new Timer(nanos, action);
    timers.add(timer);
    return () -> {
      synchronized (this) {
        timers.remove(timer);
      }
    };
  }

  /** Lets time pass. */
  void pass(long nanos) {
    List<Timer> due;
    synchronized (this) {
      now += nanos;
      due = timers.stream().filter(timer -> timer.nanos() - now <= 0).toList();
      timers.removeAll(due);
    }
    due.forEach(timer -> timer.action().run());
  }

  /** When the next timer is due; empty if none is set. */
  synchronized OptionalLong nextTimer() {
    return timers.stream().mapToLong(Timer::nanos).min();
  }

  /** Timers set and not run or forgotten. */
  synchronized int timers() {
    return timers.size();
  }

  @Override
  public synchronized void close() {
    timers.clear();
  }
}
