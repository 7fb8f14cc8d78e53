package ai.dvt.server.engine;

import ai.dvt.server.runtime.Device;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Answers images: the workers of one device and what they share. Safe from any thread.
 *
 * <p>An image is admitted ({@link #admission}), submitted, batched with images of other callers at
 * every stage, and leaves at its exit.
 */
public final class CascadeEngine implements AutoCloseable {
  /** The caller's hold on an image. */
  private record Ticket(Scheduler scheduler, Journey image) implements ImageTicket {
    @Override
    public void proceed() {
      scheduler.parking().say(image, Journey.Word.PROCEED);
    }

    @Override
    public void stop() {
      scheduler.parking().say(image, Journey.Word.STOP);
    }

    @Override
    public void cancel() {
      scheduler.cancel(image, EngineException.Kind.CANCELLED);
    }
  }

  /** The hold on an image that never came in. */
  private static final ImageTicket NOTHING =
      new ImageTicket() {
        @Override
        public void proceed() {}

        @Override
        public void stop() {}

        @Override
        public void cancel() {}
      };

  private final Admission admission;
  private final EngineClock clock;
  private final Scheduler scheduler;
  private final List<Thread> workers = new ArrayList<>();

  /** An engine whose images wait until it is given a device. */
  public CascadeEngine(EngineSettings settings) {
    this(settings, new FullBatchesFirst(), new SystemClock());
  }

  /** An engine with a device from the beginning. */
  public CascadeEngine(Device device, EngineSettings settings) {
    this(settings);
    start(device);
  }

  /**
   * @param clock owned from now on
   */
  CascadeEngine(EngineSettings settings, BatchPolicy policy, EngineClock clock) {
    this.admission = new Admission(settings.capacityBytes(), settings.capacityRows(), clock::nanos);
    this.clock = clock;
    this.scheduler = new Scheduler(policy, clock, this::room);
    admission.onShortage(scheduler::dropUnseen);
  }

  /** Starts the device's workers, once; the device stays the caller's. */
  public void start(Device device) {
    scheduler.staffed(device.runsAtOnce());
    for (int worker = 1; worker <= device.workers(); worker++) {
      Thread thread =
          new Thread(
              new StageWorker(device, scheduler),
              "stage-worker-" + device.provider() + '-' + worker);
      workers.add(thread);
      thread.start();
    }
  }

  public Admission admission() {
    return admission;
  }

  /** What became of a cascade's images so far, and what waits for its stages now. */
  public CascadeStatistics statistics(ServedCascade cascade) {
    return cascade.counters().read(cascade.name(), stage -> scheduler.queued(cascade, stage));
  }

  /**
   * Lets images in one at a time while memory is tight, and has the workers give back what they
   * keep for large batches.
   */
  void tighten(boolean tight) {
    admission.tighten(tight);
    if (tight) {
      scheduler.dropUnseen();
      scheduler.askForMemory();
    }
  }

  private BatchPolicy.Room room() {
    return admission.room();
  }

  /**
   * Refuses an image that is not worth decoding: it would not pass stage 1 in time, queue included.
   *
   * @param deadlineNanos by the engine's clock
   * @throws EngineException {@link EngineException.Kind#TOO_LATE}
   */
  public void checkInTime(ServedCascade cascade, OptionalLong deadlineNanos)
      throws EngineException {
    if (deadlineNanos.isPresent()
        && !scheduler.forecast(cascade, 1).inTime(true, deadlineNanos.getAsLong(), 0)) {
      cascade.counters().failed(EngineException.Kind.TOO_LATE);
      throw Endings.tooLate(cascade);
    }
  }

  /**
   * Takes an image in. Never throws for the image's sake: a draining engine, an unloaded model or a
   * deadline too near is told to the listener, possibly before this returns.
   *
   * @param room the engine's from now on, whatever the outcome
   */
  public ImageTicket submit(Reservation room, ImageTask task) {
    ServedCascade cascade = task.cascade();
    if (!cascade.enter()) {
      room.close();
      task.listener()
          .failed(
              new EngineException(
                  EngineException.Kind.NOT_READY, cascade.name() + ": the model was unloaded"));
      return NOTHING;
    }
    Journey image = new Journey(task, room, clock.nanos());
    image.ticket = new Ticket(scheduler, image);
    task.set().ifPresent(set -> set.entered(image.ticket));
    if (Deadlines.isLate(image, 1, clock.nanos())
        || !scheduler.forecast(cascade, 1).inTime(image.hasDeadline, image.deadlineNanos, 0)) {
      image.fail(scheduler.tooLate(image));
      return NOTHING;
    }
    if (!scheduler.enter(image)) {
      image.fail(
          new EngineException(
              EngineException.Kind.DRAINING, cascade.name() + ": the server shuts down"));
      return NOTHING;
    }
    return image.ticket;
  }

  /**
   * Refuses new images and waits for the admitted ones to end, client-driven ones included.
   *
   * @return whether all ended within the limit
   */
  public boolean drain(Duration limit) {
    return scheduler.drain(limit);
  }

  /**
   * Ends the engine: images still in it fail with {@link EngineException.Kind#DRAINING}; returns
   * when the runs under way have ended and no thread is left. Not to be called by a listener.
   */
  @Override
  public void close() {
    scheduler.close();
    boolean interrupted = false;
    for (Thread worker : workers) {
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    clock.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
