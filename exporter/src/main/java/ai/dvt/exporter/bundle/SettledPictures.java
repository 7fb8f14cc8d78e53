package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Self-test pictures for models that drop tokens. Which tokens stay is a jump: where two weigh
 * nearly the same, another machine's rounding keeps the other one, and the logits differ by far
 * more than rounding. So the pictures are taken whose answers a little more or less contrast
 * changes least.
 */
final class SettledPictures {
  private static final int CANDIDATES = 20;

  /** A hundred times what rounding does to a token's weight. */
  private static final List<Float> CONTRASTS = List.of(1 - 1e-4f, 1 + 1e-4f);

  private SettledPictures() {}

  static boolean dropsTokens(VariantSpec variant) {
    return variant.stages().stream().anyMatch(stage -> stage.dropping().isPresent());
  }

  /**
   * Normalised input, float32 [{@link SelfTestPictures#count}, 3, height, width].
   *
   * @param folder of the variants' files
   */
  static NpyArray choose(
      ReferenceRun reference, Path folder, Preprocessing preprocessing, List<VariantSpec> variants)
      throws IOException {
    NpyArray candidates = SelfTestPictures.input(preprocessing, CANDIDATES);
    double[] moved = new double[CANDIDATES];
    for (VariantSpec variant : variants) {
      List<NpyArray> still = reference.logits(folder, variant, candidates);
      for (float contrast : CONTRASTS) {
        List<NpyArray> answers = reference.logits(folder, variant, times(candidates, contrast));
        for (int exit = 0; exit < still.size(); exit++) {
          add(moved, still.get(exit).toFloats(), answers.get(exit).toFloats());
        }
      }
    }
    int[] settled =
        IntStream.range(0, CANDIDATES)
            .boxed()
            .sorted(Comparator.comparingDouble(picture -> moved[picture]))
            .limit(SelfTestPictures.count(preprocessing))
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    return rows(candidates, settled);
  }

  private static NpyArray times(NpyArray pictures, float factor) {
    float[] values = pictures.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return NpyArray.ofFloats(values, shape(pictures, CANDIDATES));
  }

  /** Raises each picture's largest difference. */
  private static void add(double[] moved, float[] still, float[] answers) {
    int classes = still.length / moved.length;
    for (int i = 0; i < still.length; i++) {
      double difference = Math.abs(still[i] - answers[i]);
      moved[i / classes] = Math.max(moved[i / classes], difference);
    }
  }

  private static NpyArray rows(NpyArray pictures, int[] chosen) {
    float[] values = pictures.toFloats();
    int row = values.length / CANDIDATES;
    float[] kept = new float[chosen.length * row];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(values, chosen[i] * row, kept, i * row, row);
    }
    return NpyArray.ofFloats(kept, shape(pictures, chosen.length));
  }

  private static int[] shape(NpyArray pictures, int count) {
    int[] shape = pictures.shape().stream().mapToInt(Integer::intValue).toArray();
    int[] changed = Arrays.copyOf(shape, shape.length);
    changed[0] = count;
    return changed;
  }
}
