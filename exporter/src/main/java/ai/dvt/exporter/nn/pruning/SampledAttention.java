package ai.dvt.exporter.nn.pruning;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.nn.Attention;
import ai.dvt.exporter.nn.Attention.Attended;
import ai.dvt.exporter.nn.Block;
import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Formulation.Normalized;
import ai.dvt.exporter.nn.Residual;
import ai.dvt.exporter.nn.pruning.AdaptiveSampling.Sample;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Reductions;
import ai.dvt.exporter.onnx.Selection;
import ai.dvt.exporter.onnx.Selection.Top;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/**
 * A block's attention from which only sampled tokens go on (Fayyaz et al., Eq. 7). The class token
 * asks first; only the tokens that it leads to ask after it, among all that came in.
 *
 * @param form whether tokens that were not sampled keep their places
 * @param number of the layer, tells sizes apart that the data decide
 */
public record SampledAttention(AdaptiveSampling sampling, Form form, int number) {
  /** Takes a token out of a softmax. */
  private static final float OUT = 1e30f;

  /** What becomes of tokens that are not sampled. */
  public enum Form {
    /** They keep their places and nobody looks at them. */
    IN_PLACE,
    /** They are cut away but for one place. */
    SPARE_PLACE,
    /** They are cut away. */
    NO_PLACE
  }

  /**
   * @param stream what goes on, the attention's addition open
   * @param scores [B, n] of the tokens that came in, without the class token
   * @param real float32 [B, N], 1 for each that was sampled, in the places before
   */
  public record Sampled(TokenStream stream, Value scores, Value real) {}

  /**
   * The first half of a block.
   *
   * @param dropping whether this layer samples; else all tokens that came in go on
   * @param classOnly whether only the class token goes on, as nobody sees the others any more
   */
  public Sampled attend(
      Formulation formulation,
      Block block,
      TokenStream stream,
      boolean dropping,
      boolean classOnly) {
    Normalized z = formulation.normalize(stream.tokens(), block.norm1());
    Attention attention = block.attention();
    Value k = attention.keys(formulation, z.normalized());
    Value v = attention.values(formulation, z.normalized());
    Value out = stream.real() == null ? null : penalty(stream.real());
    Sample sample = null;
    Value first = null;
    if (dropping || classOnly) {
      first = attention.queries(formulation, Layout.slice(z.normalized(), 1, 0, 1));
    }
    if (dropping) {
      sample = sampling.sample(first, k, v, stream.real());
    }
    Value scores = dropping ? sample.scores() : null;
    Value real = dropping ? sample.real() : null;
    if (classOnly) {
      Residual open =
          block.open(Layout.slice(z.sum(), 1, 0, 1), attention.attend(first, k, v, out));
      return new Sampled(stream.with(open), scores, real);
    }
    if (!dropping || form == Form.IN_PLACE) {
      Value asking = attention.queries(formulation, z.normalized());
      Residual open = block.open(z.sum(), attention.attend(asking, k, v, out));
      Value next = dropping ? real : stream.real();
      return new Sampled(new TokenStream(open, stream.positions(), next), scores, real);
    }
    Top places = places(sample, stream.tokens().x());
    Value asking = attention.queries(formulation, Selection.rows(z.normalized(), places.indices()));
    Attended attended = attention.attend(asking, k, v, out);
    Residual open = block.open(Selection.rows(z.sum(), places.indices()), attended);
    Value going = Elementwise.min(places.values(), open.x().graph().scalar(1));
    TokenStream next = new TokenStream(open, Places.positions(stream, places.indices()), going);
    return new Sampled(next, scores, real);
  }

  /** The places that go on: class token, sampled tokens, empty ones up to the batch's most. */
  private Top places(Sample sample, Value tokens) {
    Value most = Reductions.max(Reductions.sum(sample.real(), 1), 0);
    Value count = Layout.reshape(Elementwise.cast(most, DataType.INT64), Shape.of(1));
    if (form == Form.SPARE_PLACE) {
      Value spare = Elementwise.add(count, tokens.graph().longs(1));
      count = Elementwise.min(spare, Selection.size(tokens, 1));
    }
    Value classFirst = Elementwise.add(sample.first(), sample.first());
    Value order = Selection.withFirst(classFirst, sample.chosen(), tokens.dimension(1));
    return Selection.largest(order, count, Shape.unknown(number));
  }

  /** 0 for tokens, far below every logit for empty places: [B, 1, 1, N]. */
  private static Value penalty(Value real) {
    Value missing = Elementwise.sub(real, real.graph().scalar(1));
    Value penalty = Elementwise.mul(missing, real.graph().scalar(OUT));
    return Layout.reshape(penalty, Shape.batch(1, 1, real.dimension(1)));
  }
}
