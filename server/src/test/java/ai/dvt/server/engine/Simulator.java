package ai.dvt.server.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.ToLongFunction;

/**
 * The real admission, queues, policy, estimates and deadlines on a fake clock: only what a stage
 * computes is played, as a time that grows with the batch and an exit recorded for every image
 * beforehand. The same seed gives the same run.
 */
final class Simulator {
  static final long MS = 1_000_000;

  /** One image from its arrival to its end. */
  static final class Image {
    final int number;
    final Caller caller;
    final long arrivalNanos;
    final OptionalLong deadlineNanos;
    final int exit;
    final long[] waitedNanos = new long[4];
    long endNanos = -1;
    int answeredAt;
    ExitReason reason;
    EngineException failure;
    boolean refused;

    Image(int number, Caller caller, long arrivalNanos, OptionalLong deadlineNanos, int exit) {
      this.number = number;
      this.caller = caller;
      this.arrivalNanos = arrivalNanos;
      this.deadlineNanos = deadlineNanos;
      this.exit = exit;
    }

    boolean inTime() {
      return deadlineNanos.isEmpty() || endNanos <= deadlineNanos.getAsLong();
    }
  }

  private record Run(long endNanos, long nanos, Batch batch) {}

  private final FakeClock clock;
  private final ToyEngine toy;
  private final Admission admission;
  private final Scheduler scheduler;
  private final double noise;
  private final Random random;
  private final PriorityQueue<Run> running =
      new PriorityQueue<>(Comparator.comparingLong(Run::endNanos));
  private final List<Image> arrivals = new ArrayList<>();
  private final Duration budget;
  private int idle;
  private int arrived;
  boolean mayRefuse;
  final List<Image> images = new ArrayList<>();

  /**
   * @param toy names the cascade; its engine is not used
   * @param noise standard deviation of the logarithm of a run's time
   * @param budget from an image's arrival to its deadline; null for none
   */
  Simulator(ToyEngine toy, int workers, int rows, Pace pace, double noise, Duration budget) {
    this.toy = toy;
    this.clock = new FakeClock();
    this.admission = new Admission(Long.MAX_VALUE / 2, rows, clock::nanos);
    this.scheduler = new Scheduler(new FullBatchesFirst(), clock, admission::room);
    scheduler.staffed(workers);
    this.idle = workers;
    this.noise = noise;
    this.budget = budget;
    this.random = new Random(17);
    toy.cascade.setPace(pace);
    for (int stage = 1; stage <= 3; stage++) {
      for (int rowsOfRun : new int[] {1, pace.batch(stage)}) {
        toy.cascade.times().ran(stage, rowsOfRun, nanos(stage, rowsOfRun));
      }
    }
  }

  /** What a run takes but for the noise: a part for every run, one for every row. */
  static long nanos(int stage, int rows) {
    return stage * (6 + 3L * rows) * MS;
  }

  /** The rate at which the workers are busy all the time with full batches. */
  static double peakPerSecond(int workers, int batch) {
    double nanos = nanos(1, batch) + 0.4 * nanos(2, batch) + 0.15 * nanos(3, batch);
    return workers * batch / nanos * 1e9;
  }

  /** Images of one client at random times; 60 of 100 leave at exit 1, 25 at exit 2. */
  void arrive(Caller caller, int count, double perSecond, long fromNanos) {
    long at = clock.nanos() + fromNanos;
    for (int i = 0; i < count; i++) {
      at += Math.round(-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
      double draw = random.nextDouble();
      arrivals.add(
          new Image(
              images.size(),
              caller,
              at,
              budget == null ? OptionalLong.empty() : OptionalLong.of(at + budget.toNanos()),
              draw < 0.6 ? 1 : draw < 0.85 ? 2 : 3));
      images.add(arrivals.get(arrivals.size() - 1));
    }
    arrivals.sort(Comparator.comparingLong(image -> image.arrivalNanos));
  }

  void toTheEnd() {
    while (arrived < arrivals.size() || !running.isEmpty() || admission.statistics().rows() > 0) {
      long next = arrived < arrivals.size() ? arrivals.get(arrived).arrivalNanos : Long.MAX_VALUE;
      next = running.isEmpty() ? next : Math.min(next, running.peek().endNanos());
      next = Math.min(next, clock.nextTimer().orElse(Long.MAX_VALUE));
      clock.pass(Math.max(0, next - clock.nanos()));
      while (arrived < arrivals.size() && arrivals.get(arrived).arrivalNanos <= clock.nanos()) {
        enter(arrivals.get(arrived++));
      }
      while (!running.isEmpty() && running.peek().endNanos() <= clock.nanos()) {
        end(running.poll());
        idle++;
      }
      dispatch();
    }
    assertThat(admission.statistics().reservedBytes()).isZero();
    assertThat(clock.timers()).isZero();
    assertThat(images).allMatch(image -> image.refused || image.endNanos >= 0);
  }

  private void enter(Image image) {
    java.util.function.Consumer<Reservation> granted = room -> submit(image, room);
    if (!mayRefuse) {
      admission.reserveWhenRoom(toy.cascade, 48, image.caller, granted);
    } else if (admission.reserveOrRefuse(toy.cascade, 48, image.caller, granted).isEmpty()) {
      image.refused = true;
    }
  }

  private void submit(Image image, Reservation room) {
    toy.cascade.enter();
    Journey journey =
        new Journey(
            new ImageTask(
                toy.cascade,
                new Picture(new float[12]),
                toy.policy("last"),
                false,
                image.deadlineNanos,
                ToyEngine.LONG,
                new Ending(image)),
            room,
            clock.nanos());
    if (journey.hasDeadline
        && !scheduler.forecast(toy.cascade, 1).inTime(true, journey.deadlineNanos, 0)) {
      journey.fail(Endings.tooLate(toy.cascade));
    } else {
      scheduler.enter(journey);
    }
  }

  private void dispatch() {
    while (idle > 0) {
      Batch batch = scheduler.takeNow();
      if (batch == null) {
        for (int stage = 1; stage <= 3; stage++) {
          assertThat(scheduler.queued(toy.cascade, stage).rows()).as("work-conserving").isZero();
        }
        return;
      }
      idle--;
      for (Journey image : batch.images()) {
        of(image).waitedNanos[batch.stage()] = batch.startNanos() - image.readyNanos;
      }
      long nanos =
          Math.round(
              nanos(batch.stage(), batch.images().size())
                  * Math.exp(noise * random.nextGaussian()));
      running.add(new Run(clock.nanos() + nanos, nanos, batch));
    }
  }

  private static Image of(Journey journey) {
    return ((Ending) journey.task.listener()).image;
  }

  /** As a worker does, with the recorded exit in place of the gate's. */
  private void end(Run run) {
    Batch batch = run.batch();
    toy.cascade.times().ran(batch.stage(), batch.images().size(), run.nanos());
    toy.cascade
        .counters()
        .ran(batch.stage(), batch.images().size(), run.nanos(), batch.queueNanos());
    scheduler.ran(batch);
    List<Journey> going = new ArrayList<>();
    Forecast forecast =
        batch.stage() == 3 ? null : scheduler.forecast(toy.cascade, batch.stage() + 1);
    for (Journey image : batch.images()) {
      image.pass(
          new ExitPassed(
              ExitOutcome.ofLogits(batch.stage(), new float[] {1, 0, 0, 0}),
              Duration.ZERO,
              Duration.ofNanos(run.nanos()),
              batch.images().size()),
          new float[4]);
      if (of(image).exit == batch.stage()) {
        scheduler.answer(image, batch.stage() == 3 ? ExitReason.FINAL : ExitReason.CONFIDENT);
      } else if (forecast.inTime(image.hasDeadline, image.deadlineNanos, going.size())) {
        going.add(image);
      } else {
        toy.cascade.times().doubted(batch.stage() + 1);
        scheduler.answer(image, ExitReason.DEADLINE);
      }
    }
    scheduler.goOn(going);
  }

  double averageBatch(int stage) {
    StageStatistics statistics = statistics(stage);
    return (double) statistics.rows() / statistics.runs();
  }

  StageStatistics statistics(int stage) {
    return toy.cascade
        .counters()
        .read("", s -> new CascadeCounters.Queued(0, 0))
        .stages()
        .get(stage - 1);
  }

  /** The largest value of all answered images. */
  long longest(ToLongFunction<Image> nanos) {
    return images.stream().filter(image -> image.reason != null).mapToLong(nanos).max().orElse(0);
  }

  /** Answers a second in time, from the first arrival to the last end. */
  double goodputPerSecond() {
    long first = images.stream().mapToLong(image -> image.arrivalNanos).min().orElseThrow();
    long last = images.stream().mapToLong(image -> image.arrivalNanos).max().orElseThrow();
    long good = images.stream().filter(image -> image.reason != null && image.inTime()).count();
    return good * 1e9 / (last - first);
  }

  private final class Ending implements ImageListener {
    private final Image image;

    Ending(Image image) {
      this.image = image;
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      image.reason = reason;
      image.answeredAt = passed.size();
      image.endNanos = clock.nanos();
    }

    @Override
    public void failed(EngineException cause) {
      image.failure = cause;
      image.endNanos = clock.nanos();
    }
  }
}
