package ai.dvt.cascade;

import java.util.List;

/**
 * Pictures and the logits that every exit must give for them, as NumPy {@code .npy} files (float32,
 * C order).
 *
 * @param input [pictures, 3, height, width], normalised
 * @param logits one file an exit, [pictures, classes]
 * @param tolerance largest allowed absolute difference of a logit; wider where graphs are of a
 *     narrower precision
 */
public record SelfTestSpec(FileSpec input, List<FileSpec> logits, double tolerance) {
  public SelfTestSpec {
    logits = List.copyOf(logits);
    if (!(tolerance > 0 && Double.isFinite(tolerance))) {
      throw new ContractException("self_test.tolerance", tolerance, "> 0");
    }
  }
}
