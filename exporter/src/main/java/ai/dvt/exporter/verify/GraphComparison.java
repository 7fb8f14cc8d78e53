package ai.dvt.exporter.verify;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Times two graphs of the same function on the same inputs, in turns, in this thread: one intra-op
 * thread, no spinning. Turns make slow spells of a shared machine hit both.
 *
 * @param first model file; its time is the denominator
 * @param second model file
 * @param batch images
 * @param rounds how often each runs, the order alternating
 */
public record GraphComparison(Path first, Path second, int batch, int rounds) {
  private static final int WARM_UP_ROUNDS = 2;

  public GraphComparison {
    if (batch < 1 || rounds < 9) {
      throw new IllegalArgumentException(
          "batch " + batch + ", rounds " + rounds + " (expected: batch >= 1, rounds >= 9)");
    }
  }

  /**
   * What was measured.
   *
   * @param firstMillis median wall time of a run of the first graph
   * @param secondMillis the same of the second
   * @param wall second over first
   * @param cpu the same for the CPU time of this thread, which a busy machine disturbs less
   * @param largestDifference between the first outputs of both, absolute
   */
  public record Result(
      double firstMillis,
      double secondMillis,
      Ratio wall,
      Ratio cpu,
      double largestDifference,
      int batch,
      int rounds) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "first %.1f ms, second %.1f ms; second/first wall %s, cpu %s; batch %d, %d rounds,"
              + " outputs differ by %.2g",
          firstMillis,
          secondMillis,
          wall,
          cpu,
          batch,
          rounds,
          largestDifference);
    }
  }

  /** A median with its 95 % interval by order statistics. */
  public record Ratio(double median, double low, double high) {
    static Ratio of(double[] ratios) {
      double[] sorted = ratios.clone();
      Arrays.sort(sorted);
      int n = sorted.length;
      int below = (int) Math.floor((n - 1.96 * Math.sqrt(n)) / 2);
      int from = Math.max(below - 1, 0);
      return new Ratio(GraphComparison.median(sorted), sorted[from], sorted[n - 1 - from]);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", median, low, high);
    }
  }

  /**
   * @throws OrtException if a graph does not load or run, or they take different inputs
   */
  public Result measure() throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      try (OrtSession one = environment.createSession(first.toString(), options);
          OrtSession two = environment.createSession(second.toString(), options)) {
        Map<String, OnnxTensor> feeds = feeds(environment, one);
        try {
          return measure(one, two, feeds);
        } finally {
          feeds.values().forEach(OnnxTensor::close);
        }
      }
    }
  }

  private Result measure(OrtSession one, OrtSession two, Map<String, OnnxTensor> feeds)
      throws OrtException {
    double difference = difference(one, two, feeds);
    double[][] wall = new double[2][rounds];
    double[][] cpu = new double[2][rounds];
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      for (int turn = 0; turn < 2; turn++) {
        int which = (turn + round & 1) == 0 ? 0 : 1;
        long startCpu = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        (which == 0 ? one : two).run(feeds).close();
        long end = System.nanoTime();
        long endCpu = threads.getCurrentThreadCpuTime();
        if (round >= 0) {
          wall[which][round] = (end - start) / 1e6;
          cpu[which][round] = (endCpu - startCpu) / 1e6;
        }
      }
    }
    return new Result(
        median(wall[0]),
        median(wall[1]),
        Ratio.of(ratios(wall)),
        Ratio.of(ratios(cpu)),
        difference,
        batch,
        rounds);
  }

  private Map<String, OnnxTensor> feeds(OrtEnvironment environment, OrtSession session)
      throws OrtException {
    Random random = new Random(1);
    Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
    for (Map.Entry<String, NodeInfo> input : session.getInputInfo().entrySet()) {
      long[] shape = ((TensorInfo) input.getValue().getInfo()).getShape().clone();
      int elements = 1;
      for (int axis = 0; axis < shape.length; axis++) {
        shape[axis] = shape[axis] < 0 ? batch : shape[axis];
        elements = Math.multiplyExact(elements, Math.toIntExact(shape[axis]));
      }
      float[] values = new float[elements];
      for (int i = 0; i < elements; i++) {
        values[i] = (float) random.nextGaussian();
      }
      feeds.put(
          input.getKey(), OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
    }
    return feeds;
  }

  private static double difference(OrtSession one, OrtSession two, Map<String, OnnxTensor> feeds)
      throws OrtException {
    try (OrtSession.Result left = one.run(feeds);
        OrtSession.Result right = two.run(feeds)) {
      float[] a = ((OnnxTensor) left.get(0)).getFloatBuffer().array();
      float[] b = ((OnnxTensor) right.get(0)).getFloatBuffer().array();
      double largest = a.length == b.length ? 0 : Double.POSITIVE_INFINITY;
      for (int i = 0; i < Math.min(a.length, b.length); i++) {
        largest = Math.max(largest, Math.abs(a[i] - b[i]));
      }
      return largest;
    }
  }

  private static double[] ratios(double[][] times) {
    double[] ratios = new double[times[0].length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = times[1][i] / times[0][i];
    }
    return ratios;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
