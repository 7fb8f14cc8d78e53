package ai.dvt.exporter.nn.reuse;

import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.List;

/**
 * The same kind of linear layer, once per transformer layer.
 *
 * @param layers all [out, in], all with or all without a bias
 */
record StackedLinear(List<Linear> layers) {
  /** One layer that gives all results side by side: [layers * out, in]. */
  Linear joined() {
    long rows = (long) layers.size() * layers.get(0).out();
    return new Linear(
        Constant.joined(name("joined"), Shape.of(rows, in()), weights()),
        biases() == null ? null : Constant.joined(name("joined_bias"), Shape.of(rows), biases()));
  }

  /**
   * Every layer on its own input.
   *
   * @param x [B, layers, N, in]
   * @return [B, layers, N, out]
   */
  Value each(Value x) {
    long out = layers.get(0).out();
    List<Constant> transposed = weights().stream().map(Constant::transposed).toList();
    Constant stacked =
        Constant.joined(name("stacked"), Shape.of(layers.size(), in(), out), transposed);
    Value product = Products.matMul(x, x.graph().constant(stacked));
    if (biases() == null) {
      return product;
    }
    Constant bias =
        Constant.joined(name("stacked_bias"), Shape.of(layers.size(), 1, out), biases());
    return Elementwise.add(product, x.graph().constant(bias));
  }

  private List<Constant> weights() {
    return layers.stream().map(Linear::weight).toList();
  }

  private List<Constant> biases() {
    return layers.get(0).bias() == null ? null : layers.stream().map(Linear::bias).toList();
  }

  private long in() {
    return layers.get(0).weight().shape().dimension(1);
  }

  private String name(String suffix) {
    return layers.get(0).weight().name() + '.' + suffix;
  }
}
