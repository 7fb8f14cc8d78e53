package ai.dvt.exporter.architecture;

import ai.dvt.exporter.nn.LayerNorm;
import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.nn.Mlp;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.weights.Tensor;
import ai.dvt.exporter.weights.Weights;

/** Tensors of one stage as the weights of blocks, each checked to have the shape it must have. */
record StageWeights(Weights tensors) {
  boolean has(String name) {
    return tensors.has(name);
  }

  /** A tensor of exactly this shape. */
  Constant constant(String name, int... shape) {
    Tensor tensor = tensors.get(name, shape);
    long[] sizes = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
    return Constant.weight(name, Shape.of(sizes), tensor::values);
  }

  LayerNorm norm(String scope, int width, float epsilon) {
    return new LayerNorm(
        constant(scope + ".weight", width), constant(scope + ".bias", width), epsilon);
  }

  /** A linear layer; its bias is read if there is one. */
  Linear linear(String scope, int out, int in) {
    return new Linear(
        constant(scope + ".weight", out, in),
        has(scope + ".bias") ? constant(scope + ".bias", out) : null);
  }

  /** A linear layer that must have a bias. */
  Linear biased(String scope, int out, int in) {
    return new Linear(constant(scope + ".weight", out, in), constant(scope + ".bias", out));
  }

  /** Marks a tensor as known that says nothing. */
  void ignore(String name) {
    if (has(name)) {
      tensors.get(name);
    }
  }

  Mlp mlp(String scope, int in, int hidden, int out) {
    return new Mlp(biased(scope + ".fc1", hidden, in), biased(scope + ".fc2", out, hidden));
  }
}
