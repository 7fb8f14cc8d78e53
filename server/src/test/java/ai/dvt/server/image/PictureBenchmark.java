package ai.dvt.server.image;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.server.engine.InputRow;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Processor time from a picture file to the model's input on one thread: {@code PictureBenchmark
 * FOLDER [ROUNDS]}. Prints the median over the rounds of each step's mean time a picture.
 */
public final class PictureBenchmark {
  private static final String[] STEPS = {"decode", "resize and crop", "normalise"};

  private PictureBenchmark() {}

  public static void main(String[] arguments) throws IOException, PictureException {
    List<ByteBuffer> files = new ArrayList<>();
    try (Stream<Path> paths = Files.list(Path.of(arguments[0]))) {
      for (Path path : paths.filter(p -> p.toString().matches(".*\\.(?i:jpe?g)")).toList()) {
        files.add(ByteBuffer.wrap(Files.readAllBytes(path)));
      }
    }
    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
    PictureDecoder decoder = new PictureDecoder(PictureLimits.DEFAULT);
    Preprocessor preprocessor =
        new Preprocessor(
            new Preprocessing(
                224,
                224,
                Preprocessing.Resize.SHORTER_SIDE,
                256,
                List.of(.485f, .456f, .406f),
                List.of(.229f, .224f, .225f)));
    ByteBuffer row = ByteBuffer.allocateDirect(12 * 224 * 224).order(ByteOrder.nativeOrder());
    double[][] millis = new double[STEPS.length][rounds];
    long pixels = 0;
    for (int round = -3; round < rounds; round++) {
      long[] nanos = new long[STEPS.length];
      pixels = 0;
      for (ByteBuffer file : files) {
        long start = thread.getCurrentThreadCpuTime();
        RgbPicture picture = decoder.decode(file);
        long decoded = thread.getCurrentThreadCpuTime();
        InputRow input = preprocessor.row(picture);
        long resized = thread.getCurrentThreadCpuTime();
        input.writeTo(row.duplicate().order(ByteOrder.nativeOrder()));
        nanos[0] += decoded - start;
        nanos[1] += resized - decoded;
        nanos[2] += thread.getCurrentThreadCpuTime() - resized;
        pixels += (long) picture.width() * picture.height();
      }
      for (int step = 0; step < STEPS.length && round >= 0; step++) {
        millis[step][round] = nanos[step] / 1e6 / files.size();
      }
    }
    double total = 0;
    for (double[] step : millis) {
      Arrays.sort(step);
      total += step[rounds / 2];
    }
    System.out.printf(
        "%d pictures, %.0f pixels on average, %d rounds%n",
        files.size(), (double) pixels / files.size(), rounds);
    for (int step = 0; step < STEPS.length; step++) {
      System.out.printf(
          "%-16s %.3f ms (fastest %.3f), %.0f %%%n",
          STEPS[step],
          millis[step][rounds / 2],
          millis[step][0],
          100 * millis[step][rounds / 2] / total);
    }
  }
}
