package ai.dvt.exporter.nn.pruning;

import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * Puts what a stage makes of the tokens it has left back into the places of its first layer, where
 * a stage that reuses it looks for them. A token that was dropped keeps the features that it had
 * then: features are a residual stream, to which the layers that do not see the token add nothing.
 * The logits of a layer that no longer saw it are 0, in its row and in its column: the logit of a
 * key that the query neither seeks nor avoids. A fused token has no place and is left out.
 *
 * <p>Places differ from image to image, so this is a scatter by position; it is written as a gather
 * by the inverse, which needs no batch numbers and leaves all shapes static.
 *
 * @param places of the first layer, N
 * @param layers positions from N to before N + layers are those of fused tokens
 */
public record GridScatter(int places, int layers) {
  /**
   * Tokens in their places.
   *
   * @param stream whose places they have, and whose {@code left} is known if there are any
   * @param x [B, k, D]
   * @return [B, N, D]
   */
  public Value tokens(TokenStream stream, Value x) {
    if (stream.positions() == null) {
      return x;
    }
    return x.graph().within("grid", () -> tokens(stream.positions(), x, stream.left()));
  }

  private Value tokens(Value positions, Value x, Value left) {
    long now = x.dimension(1);
    Value sources = sources(positions, "left_behind_" + now, place -> now + place);
    return Selection.rows(Layout.concat(1, x, left), sources);
  }

  /**
   * Attention logits in the places of their query and their key.
   *
   * @param logits [B, C, k, k]
   * @param positions int64 [B, k], or null: each in its place
   * @return [B, C, N, N]
   */
  public Value relations(Value logits, Value positions) {
    return positions == null
        ? logits
        : logits.graph().within("grid", () -> scattered(logits, positions));
  }

  private Value scattered(Value logits, Value positions) {
    long none = logits.dimension(2);
    Value sources = sources(positions, "zeros_behind_" + none, place -> none);
    Value padded = Layout.padWithZeros(logits, 0, 1, 0, 1);
    Value queries = Selection.rows(Layout.transpose(padded, 0, 2, 1, 3), sources);
    Value keys = Selection.rows(Layout.transpose(queries, 0, 3, 2, 1), sources);
    return Layout.transpose(keys, 0, 2, 3, 1);
  }

  /**
   * For every place the row to take: that of the token of this position, else another.
   *
   * @param positions int64 [B, k], all different
   * @return int64 [B, N]
   */
  private Value sources(Value positions, String name, LongUnaryOperator other) {
    // The class token's position is 0 in every image.
    Value zero = Layout.slice(positions, 1, 0, 1);
    int kept = Math.toIntExact(positions.dimension(1));
    int all = places + layers;
    Value others = Elementwise.add(zero, numbers(zero, name + "_of_" + all, all, other));
    Value rows = Elementwise.add(zero, numbers(zero, "rows_" + kept, kept, row -> row));
    return Layout.slice(Selection.overwritten(others, positions, rows), 1, 0, places);
  }

  private static Value numbers(Value any, String name, int count, LongUnaryOperator number) {
    long[] numbers = LongStream.range(0, count).map(number).toArray();
    return any.graph().constant(Constant.longs(name, Shape.of(count), numbers));
  }
}
