package ai.dvt.server.evaluation;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.Handover;
import ai.dvt.server.engine.InputRow;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureException;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A model on a provider with a hand-over, run as a {@link RawChain} over random uint8 pictures that
 * leave in given shares. What it computes is of no use; the time it takes is.
 */
public final class ChainCase implements AutoCloseable {
  /** Pictures are repeated: their content does not change the work. */
  private static final int DISTINCT = 16;

  /**
   * One pass.
   *
   * @param wallNanos of all
   * @param stageNanos of it in ONNX Runtime's runs of stages
   */
  public record Pass(int images, long wallNanos, long stageNanos) {
    public double imagesPerSecond() {
      return images * 1e9 / wallNanos;
    }

    /** Of the time, what lies between the stages: gathering, hand-over, reading logits. */
    public double between() {
      return 1 - (double) stageNanos / wallNanos;
    }
  }

  private final String name;
  private final SessionDevice device;
  private final CascadeSessions sessions;
  private final List<RowWriter> pictures;

  private ChainCase(
      String name,
      SessionDevice device,
      CascadeSessions sessions,
      List<? extends RowWriter> pictures) {
    this.name = name;
    this.device = device;
    this.sessions = sessions;
    this.pictures = List.copyOf(pictures);
  }

  private static List<InputRow> pictures(Preprocessing preprocessing) throws PictureException {
    InputRows rows = new InputRows(new PictureDecoder(PictureLimits.DEFAULT), preprocessing);
    long height = preprocessing.height();
    long width = preprocessing.width();
    byte[] pixels = new byte[(int) (3 * height * width)];
    Random random = new Random(1);
    List<InputRow> pictures = new ArrayList<>();
    for (int i = 0; i < DISTINCT; i++) {
      random.nextBytes(pixels);
      pictures.add(rows.pixels(List.of(height, width, 3L), ByteBuffer.wrap(pixels)));
    }
    return pictures;
  }

  /**
   * Opens the sessions.
   *
   * @param provider stays the caller's, who closes it after all its cases
   * @throws EvaluationException if the model does not run there
   */
  public static ChainCase open(
      ModelVersion model,
      ExecutionProvider provider,
      SessionSettings settings,
      Handover handover,
      int maxBatch)
      throws EvaluationException {
    SessionDevice device = new SessionDevice(provider, settings, 1, handover);
    String name =
        model.name() + " on " + provider.name() + ", " + handover.name().toLowerCase(Locale.ROOT);
    try {
      VariantSpec variant = model.variantFor(provider.name());
      List<InputRow> pictures = pictures(model.manifest().preprocessing());
      return new ChainCase(
          name, device, device.open(model.folder(), model.manifest(), variant, maxBatch), pictures);
    } catch (RepositoryException | StageException | PictureException e) {
      device.release();
      throw new EvaluationException(name, e.getMessage(), "a model that runs there");
    }
  }

  /** Model, provider and hand-over. */
  public String name() {
    return name;
  }

  /**
   * Runs once over all images.
   *
   * @param shares of the images that leave at each exit; of a model with fewer exits the first ones
   *     count and the rest leaves at the last
   */
  public Pass run(int images, int batch, List<Double> shares) throws StageException {
    List<RowWriter> rows = new ArrayList<>(images);
    for (int i = 0; i < images; i++) {
      rows.add(pictures.get(i % DISTINCT));
    }
    int[] exits = exits(images, sessions.variant().stages().size(), shares);
    RawChain chain = new RawChain(device, sessions, batch);
    long start = System.nanoTime();
    chain.run(rows, (image, exit, logits) -> exit >= exits[(int) image]);
    return new Pass(images, System.nanoTime() - start, chain.stageNanos());
  }

  /** Where each image leaves, spread evenly. */
  static int[] exits(int images, int stages, List<Double> shares) {
    int[] exits = new int[images];
    int place = 0;
    double until = 0;
    for (int exit = 1; exit <= stages; exit++) {
      until = exit < stages && exit <= shares.size() ? until + shares.get(exit - 1) : 1;
      while (place < images && (exit == stages || place < Math.round(until * images))) {
        exits[place++] = exit;
      }
    }
    Random random = new Random(2);
    for (int i = images - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int moved = exits[i];
      exits[i] = exits[other];
      exits[other] = moved;
    }
    return exits;
  }

  @Override
  public void close() {
    sessions.close();
    device.release();
  }
}
