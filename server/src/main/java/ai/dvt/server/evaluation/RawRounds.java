package ai.dvt.server.evaluation;

import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** Timed rounds of raw chains side by side, one a worker. */
public final class RawRounds {
  private final Device device;
  private final CascadeSessions sessions;
  private final int workers;
  private final List<RowWriter> pictures;

  /**
   * @param workers chains side by side
   * @param pictures at least one; image n takes the n-th, over and over
   */
  public RawRounds(
      Device device, CascadeSessions sessions, int workers, List<? extends RowWriter> pictures) {
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException("pictures: none (expected: at least one)");
    }
    this.device = device;
    this.sessions = sessions;
    this.workers = workers;
    this.pictures = List.copyOf(pictures);
  }

  /** Judges answers. */
  @FunctionalInterface
  public interface Judge {
    /**
     * Whether an answer is right; called by several threads.
     *
     * @param logits float32 [classes]
     * @return 1: right, 0: wrong, -1: nobody knows
     */
    int right(long image, float[] logits);
  }

  /**
   * What a round counted, answers of its start left out.
   *
   * @param seconds over which answers were counted
   * @param exitCounts answers by exit
   * @param latencyNanos from an image's first batch being gathered to its answer
   * @param allAnswers those of the start and after the end too
   */
  public record Figures(
      double seconds,
      long[] exitCounts,
      long right,
      long labelled,
      long[] latencyNanos,
      long allAnswers) {}

  /** One worker's share of a round. */
  private final class Worker implements RawChain.Images, RawChain.Listener {
    private final AtomicLong next;
    private final Judge judge;
    private final long from;
    private final long until;
    private final Map<Long, Long> started = new HashMap<>();
    private final LongStream.Builder latencies = LongStream.builder();
    private final long[] exits = new long[sessions.variant().stages().size()];
    private long right;
    private long labelled;
    private long all;

    Worker(AtomicLong next, Judge judge, long from, long until) {
      this.next = next;
      this.judge = judge;
      this.from = from;
      this.until = until;
    }

    @Override
    public long next() {
      long now = System.nanoTime();
      if (now - until >= 0) {
        return -1;
      }
      long image = next.getAndIncrement();
      started.put(image, now);
      return image;
    }

    @Override
    public RowWriter row(long image) {
      return pictures.get((int) (image % pictures.size()));
    }

    @Override
    public void left(long image, int exit, float[] logits) {
      long now = System.nanoTime();
      long since = started.remove(image);
      all++;
      if (now - from < 0 || now - until > 0) {
        return;
      }
      latencies.add(now - since);
      exits[exit - 1]++;
      int verdict = judge.right(image, logits);
      labelled += verdict < 0 ? 0 : 1;
      right += verdict > 0 ? 1 : 0;
    }
  }

  /**
   * Runs one round; what fills no batch at its end is given up.
   *
   * @param ramp of {@code length}, at its start, in which answers do not count
   * @param firstImage the number of the first image
   */
  public Figures run(
      Duration length, Duration ramp, long firstImage, RawChain.Exits exits, Judge judge)
      throws StageException, InterruptedException {
    long start = System.nanoTime();
    long from = start + ramp.toNanos();
    long until = start + length.toNanos();
    AtomicLong next = new AtomicLong(firstImage);
    List<Worker> all = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      all.add(new Worker(next, judge, from, until));
    }
    RawChain chain = new RawChain(device, sessions, sessions.maxBatch());
    ExecutorService threads = Executors.newFixedThreadPool(workers);
    try {
      List<Future<?>> ends = new ArrayList<>();
      for (Worker worker : all) {
        ends.add(
            threads.submit(
                () -> {
                  chain.run(worker, exits, worker, false);
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StageException stage) {
        throw stage;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return sum(all, (until - from) / 1e9);
  }

  private Figures sum(List<Worker> all, double seconds) {
    long[] exits = new long[sessions.variant().stages().size()];
    for (Worker worker : all) {
      for (int i = 0; i < exits.length; i++) {
        exits[i] += worker.exits[i];
      }
    }
    return new Figures(
        seconds,
        exits,
        all.stream().mapToLong(worker -> worker.right).sum(),
        all.stream().mapToLong(worker -> worker.labelled).sum(),
        all.stream().flatMapToLong(worker -> worker.latencies.build()).toArray(),
        all.stream().mapToLong(worker -> worker.all).sum());
  }
}
