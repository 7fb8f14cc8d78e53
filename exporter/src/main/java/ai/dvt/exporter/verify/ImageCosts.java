package ai.dvt.exporter.verify;

import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What single pictures cost up to the last exit, where pictures decide how many tokens go on.
 *
 * @param gflops of each picture, 1e9 multiply-adds by fvcore's rules
 */
public record ImageCosts(List<Double> gflops) {
  private static final int BATCH = 8;

  public ImageCosts {
    gflops = List.copyOf(gflops);
  }

  /**
   * Runs pictures through a variant.
   *
   * @param folder of its files
   * @param input float32 [pictures, 3, height, width], normalised
   * @throws VerifyException if there is no picture, or a graph does not run
   */
  public static ImageCosts measure(Path folder, VariantSpec variant, NpyArray input)
      throws IOException {
    if (input.shape().size() != 4 || input.shape().get(0) < 1) {
      throw new VerifyException("input", input.shape(), "[pictures >= 1, 3, height, width]");
    }
    int pictures = input.shape().get(0);
    float[] values = input.toFloats();
    int each = values.length / pictures;
    List<Double> costs = new ArrayList<>();
    try (CascadeSessions sessions = CascadeSessions.open(folder, variant)) {
      for (int from = 0; from < pictures; from += BATCH) {
        int to = Math.min(pictures, from + BATCH);
        int[] shape = input.shape().stream().mapToInt(Integer::intValue).toArray();
        shape[0] = to - from;
        NpyArray batch =
            NpyArray.ofFloats(Arrays.copyOfRange(values, from * each, to * each), shape);
        costs.addAll(costs(variant, sessions.run(batch), to - from));
      }
    }
    return new ImageCosts(costs);
  }

  /** The manifest's costs are cumulative, a graph's output is of its own stage. */
  private static List<Double> costs(
      VariantSpec variant, List<Map<String, NpyArray>> outputs, int pictures) {
    double[] total = new double[pictures];
    double before = 0;
    for (int i = 0; i < variant.stages().size(); i++) {
      StageSpec stage = variant.stages().get(i);
      double most = stage.gflops() - before;
      before = stage.gflops();
      float[] own =
          stage.costOutput().isEmpty()
              ? null
              : outputs.get(i).get(stage.costOutput().get()).toFloats();
      for (int picture = 0; picture < pictures; picture++) {
        total[picture] += own == null ? most : own[picture];
      }
    }
    return Arrays.stream(total).boxed().toList();
  }

  public double mean() {
    return gflops.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** Standard deviation among the pictures; 0 for one. */
  public double deviation() {
    double mean = mean();
    double squares = gflops.stream().mapToDouble(cost -> (cost - mean) * (cost - mean)).sum();
    return gflops.size() < 2 ? 0 : Math.sqrt(squares / (gflops.size() - 1));
  }

  public double least() {
    return gflops.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  public double most() {
    return gflops.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
