package ai.dvt.exporter.nn.reuse;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Value;
import java.util.Arrays;
import java.util.List;

/**
 * r of Eq. 9 for all layers at once, before the upsampling: two 1x1 convolutions over the channels
 * of the upstream's logits, or one.
 *
 * @param expand [hidden, channels / groups, 1, 1]
 * @param expandBias [hidden]
 * @param reduce [layers * heads, hidden / groups, 1, 1], or null: linear
 * @param reduceBias [layers * heads], or null
 * @param groups 1, or the layers if each sees only its counterpart
 */
public record RelationReuse(
    Constant expand,
    Constant expandBias,
    Constant reduce,
    Constant reduceBias,
    int groups,
    int layers) {
  /**
   * @param relations the upstream's, [B, channels, upstream N, upstream N]
   * @return for each layer [B, heads, upstream N, upstream N]
   */
  public List<Value> forward(Formulation formulation, Value relations) {
    Value transformed = pointwise(formulation, relations, expand, expandBias);
    if (reduce != null) {
      transformed = pointwise(formulation, formulation.gelu(transformed), reduce, reduceBias);
    }
    long[] heads = new long[layers];
    Arrays.fill(heads, transformed.dimension(1) / layers);
    return layers == 1 ? List.of(transformed) : Layout.split(transformed, 1, heads);
  }

  private Value pointwise(Formulation formulation, Value x, Constant weight, Constant bias) {
    return formulation.pointwise(x, x.graph().constant(weight), x.graph().constant(bias), groups);
  }
}
