package ai.dvt.server.image;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.server.engine.InputRow;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From a JPEG file of 500x375 to a model's input of 224x224, step by step, on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PictureFileBenchmark {
  private static final int WIDTH = 500;
  private static final int HEIGHT = 375;

  private final PictureDecoder decoder = new PictureDecoder(PictureLimits.DEFAULT);
  private final Preprocessor preprocessor =
      new Preprocessor(
          new Preprocessing(
              224,
              224,
              Preprocessing.Resize.SHORTER_SIDE,
              256,
              List.of(.485f, .456f, .406f),
              List.of(.229f, .224f, .225f)));
  private final ByteBuffer batch =
      ByteBuffer.allocateDirect(12 * 224 * 224).order(ByteOrder.nativeOrder());
  private ByteBuffer file;
  private RgbPicture picture;
  private InputRow row;

  @Setup
  public void makePicture() throws IOException, PictureException {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(3);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        double wave = 60 * Math.sin(x / 11.0) * Math.cos(y / 17.0);
        int red = (int) (90 + wave + random.nextInt(24));
        int green = (int) (120 - wave + random.nextInt(24));
        image.setRGB(x, y, red << 16 | green << 8 | (x * 255 / WIDTH));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "jpg", out);
    file = ByteBuffer.wrap(out.toByteArray());
    RgbPicture decoded = decoder.decode(file);
    ByteBuffer pixels = ByteBuffer.allocate(3 * WIDTH * HEIGHT);
    pixels.put(0, decoded.pixels(), 0, pixels.capacity());
    picture = new RgbPicture(WIDTH, HEIGHT, pixels);
    row = preprocessor.row(picture);
  }

  @Benchmark
  public int decode() throws PictureException {
    return decoder.decode(file).pixels().get(0);
  }

  @Benchmark
  public long resizeAndCrop() throws PictureException {
    InputRow made = preprocessor.row(picture);
    made.done();
    return made.queuedBytes();
  }

  @Benchmark
  public float normalise() {
    row.writeTo(batch);
    return batch.getFloat(0);
  }

  @Benchmark
  public float all() throws PictureException {
    InputRow made = preprocessor.row(decoder.decode(file));
    made.writeTo(batch);
    made.done();
    return batch.getFloat(0);
  }
}
