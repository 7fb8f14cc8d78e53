package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.engine.EngineException;
import ai.dvt.server.engine.ImageListener;
import ai.dvt.server.engine.ImageTask;
import ai.dvt.server.engine.InputRow;
import ai.dvt.server.engine.Reservation;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.image.PictureException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends picture files through a model on the server's way: room, decoding, engine. One thread
 * submits; it waits while enough pictures are on the way to fill every batch.
 */
final class PictureRuns implements AutoCloseable {
  private static final int BATCHES_PER_WORKER = 4;

  /** Hears of one picture, on any thread. */
  interface Listener {
    /**
     * @param gflops what the picture cost up to each exit, 1e9 multiply-adds; empty where all cost
     *     the same
     */
    void answered(List<ExitPassed> passed, List<Float> gflops);

    void unreadable(PictureException cause);
  }

  private final EvaluatedModel model;
  private final ExecutorService decoders;
  private final int places;
  private final Semaphore free;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  PictureRuns(EvaluatedModel model) {
    this.model = model;
    this.decoders = Executors.newFixedThreadPool(model.workers());
    this.places = BATCHES_PER_WORKER * model.workers() * model.cascade().maxBatch();
    this.free = new Semaphore(places);
  }

  /**
   * Starts one picture, as soon as there is room for it.
   *
   * @throws EvaluationException if an earlier one failed for another reason than its file
   */
  void submit(byte[] file, BoundPolicy policy, Listener listener)
      throws EvaluationException, InterruptedException {
    free.acquire();
    check();
    model
        .engine()
        .admission()
        .reserveWhenRoom(
            model.cascade(),
            model.rows().pixelRowBytes(),
            room -> decoders.execute(() -> start(room, file, policy, listener)));
  }

  /** Waits until all pictures are done. */
  void await() throws EvaluationException, InterruptedException {
    free.acquire(places);
    free.release(places);
    check();
  }

  private void check() throws EvaluationException {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new EvaluationException(model.cascade().name(), cause, "a model that runs");
    }
  }

  private void start(Reservation room, byte[] file, BoundPolicy policy, Listener listener) {
    InputRow row;
    try {
      row = model.rows().encoded(ByteBuffer.wrap(file));
    } catch (PictureException e) {
      room.close();
      listener.unreadable(e);
      free.release();
      return;
    } catch (RuntimeException | Error e) {
      room.close();
      fail(e);
      return;
    }
    model
        .engine()
        .submit(
            room,
            new ImageTask(
                model.cascade(),
                row,
                policy,
                false,
                OptionalLong.empty(),
                Duration.ZERO,
                new Heard(listener)));
  }

  /** Passes an answer on, with its costs. */
  private final class Heard implements ImageListener {
    private final Listener listener;
    private final VariantSpec variant = model.setting().variant();
    private final double[] spent = new double[variant.stages().size()];

    Heard(Listener listener) {
      this.listener = listener;
      double before = 0;
      for (int stage = 0; stage < spent.length; stage++) {
        spent[stage] = variant.gflops().get(stage) - before;
        before = variant.gflops().get(stage);
      }
    }

    @Override
    public void spent(int stage, double gflops) {
      spent[stage - 1] = gflops;
    }

    @Override
    public void answered(List<ExitPassed> passed, float[] logits, ExitReason reason) {
      List<Float> gflops = new ArrayList<>();
      double sum = 0;
      for (int exit = 0; variant.picturesDecideCost() && exit < passed.size(); exit++) {
        sum += spent[exit];
        gflops.add((float) sum);
      }
      listener.answered(passed, gflops);
      free.release();
    }

    @Override
    public void failed(EngineException cause) {
      fail(cause);
    }
  }

  private void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
    free.release();
  }

  /** To be called before the model is closed. */
  @Override
  public void close() {
    decoders.shutdownNow();
  }
}
