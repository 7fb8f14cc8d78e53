package ai.dvt.server.evaluation;

import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.StageRun;
import ai.dvt.server.runtime.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A cascade without a server: the stages in a plain loop on the calling thread, every batch full
 * but the last ones. The yardstick for what the engine may cost.
 */
public final class RawChain {
  /** The images of a run. */
  public interface Images {
    /** The number of the next image; negative when there is none. */
    long next();

    /** The input of an image. */
    RowWriter row(long image);
  }

  /** Whether an image leaves. */
  @FunctionalInterface
  public interface Exits {
    /**
     * Not asked at the last exit.
     *
     * @param image its number
     * @param exit from 1
     * @param logits float32 [classes]
     */
    boolean leaves(long image, int exit, float[] logits);
  }

  /** Hears of an image that left. */
  @FunctionalInterface
  public interface Listener {
    /**
     * @param image its number
     * @param exit from 1
     * @param logits float32 [classes]
     */
    void left(long image, int exit, float[] logits);
  }

  /**
   * Where an image left.
   *
   * @param exit from 1
   * @param logits float32 [classes]
   */
  public record Left(int exit, float[] logits) {}

  /** An image on its way; {@code row} is null before stage 1. */
  private record Waiting(long image, HandoverRow row) {}

  private final Device device;
  private final CascadeSessions sessions;
  private final int batch;
  private long stageNanos;

  /**
   * @param batch images of a full batch, at most the sessions' largest
   */
  public RawChain(Device device, CascadeSessions sessions, int batch) {
    if (batch < 1 || batch > sessions.maxBatch()) {
      throw new IllegalArgumentException(
          "batch: " + batch + " (expected: 1.." + sessions.maxBatch() + ")");
    }
    this.device = device;
    this.sessions = sessions;
    this.batch = batch;
  }

  /**
   * Runs some images: a deeper stage as soon as it fills a batch, what remains at the end.
   *
   * @return one an image, in the order of {@code images}
   */
  public List<Left> run(List<? extends RowWriter> images, Exits exits) throws StageException {
    Left[] left = new Left[images.size()];
    run(
        new Images() {
          private int next;

          @Override
          public long next() {
            return next < images.size() ? next++ : -1;
          }

          @Override
          public RowWriter row(long image) {
            return images.get((int) image);
          }
        },
        exits,
        (image, exit, logits) -> left[(int) image] = new Left(exit, logits),
        true);
    return Arrays.asList(left);
  }

  /**
   * Runs images until there is no next one: a deeper stage as soon as it fills a batch.
   *
   * @param remains whether to run what fills no batch at the end; otherwise it is given up
   */
  public void run(Images images, Exits exits, Listener listener, boolean remains)
      throws StageException {
    int stages = sessions.variant().stages().size();
    List<List<Waiting>> queues = new ArrayList<>();
    for (int stage = 1; stage <= stages; stage++) {
      queues.add(new ArrayList<>());
    }
    try (Workspace workspace = device.openWorkspace()) {
      for (long image = images.next(); image >= 0; image = images.next()) {
        queues.get(0).add(new Waiting(image, null));
        for (int stage = 1; stage <= stages && queues.get(stage - 1).size() >= batch; stage++) {
          step(stage, images, exits, queues, listener, workspace);
        }
      }
      for (int stage = 1; remains && stage <= stages; stage++) {
        while (!queues.get(stage - 1).isEmpty()) {
          step(stage, images, exits, queues, listener, workspace);
        }
      }
    } finally {
      queues.forEach(queue -> queue.forEach(RawChain::free));
    }
  }

  /** The time in ONNX Runtime's runs of stages so far. */
  public long stageNanos() {
    return stageNanos;
  }

  private void step(
      int stage,
      Images images,
      Exits exits,
      List<List<Waiting>> queues,
      Listener listener,
      Workspace workspace)
      throws StageException {
    List<Waiting> queue = queues.get(stage - 1);
    List<Waiting> rows = List.copyOf(queue.subList(0, Math.min(batch, queue.size())));
    boolean last = stage == queues.size();
    List<Integer> going = new ArrayList<>();
    try (StageRun run =
        sessions.run(
            stage,
            rows.stream().map(row -> images.row(row.image())).toList(),
            stage == 1 ? List.of() : rows.stream().map(Waiting::row).toList(),
            workspace)) {
      stageNanos += run.nanos();
      for (int row = 0; row < rows.size(); row++) {
        long image = rows.get(row).image();
        float[] logits = run.logits(row);
        if (last || exits.leaves(image, stage, logits)) {
          listener.left(image, stage, logits);
          free(rows.get(row));
        } else {
          going.add(row);
        }
      }
      if (!going.isEmpty()) {
        List<HandoverRow> kept = run.keep(going);
        for (int i = 0; i < kept.size(); i++) {
          queues.get(stage).add(new Waiting(rows.get(going.get(i)).image(), kept.get(i)));
        }
      }
    }
    queue.subList(0, rows.size()).clear();
  }

  private static void free(Waiting waiting) {
    if (waiting.row() != null) {
      waiting.row().close();
    }
  }
}
