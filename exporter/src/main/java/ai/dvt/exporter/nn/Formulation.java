package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Normalization;
import ai.dvt.exporter.onnx.Normalization.Skipped;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Value;

/** Which operators stand for the same mathematics: the one place where flavours differ. */
public enum Formulation {
  /** ONNX's own operators, as a runtime with a compiler likes them. */
  STANDARD {
    @Override
    public Normalized normalize(Residual stream, LayerNorm norm) {
      Value sum = stream.sum();
      Value scale = sum.graph().constant(norm.scale());
      Value shift = sum.graph().constant(norm.shift());
      return new Normalized(Normalization.layerNorm(sum, scale, shift, norm.epsilon()), sum);
    }

    @Override
    Value biased(Value x, Value weight, Value bias) {
      return Elementwise.add(Products.matMul(x, weight), bias);
    }

    @Override
    public Value gelu(Value x) {
      return Elementwise.gelu(x);
    }
  },
  /**
   * What ONNX Runtime's CPU provider is fastest at: SkipLayerNormalization with the residual
   * addition inside, Gemm with the bias inside, and its own Gelu.
   */
  FUSED {
    @Override
    public Normalized normalize(Residual stream, LayerNorm norm) {
      Value x = stream.x();
      Value scale = x.graph().constant(norm.scale());
      Value shift = x.graph().constant(norm.shift());
      if (stream.branch() == null) {
        // Without a branch x itself is added: the norm of 2x with 4 epsilon is that of x, exactly.
        Skipped doubled = Normalization.skipLayerNorm(x, x, scale, shift, null, 4 * norm.epsilon());
        return new Normalized(doubled.normalized(), x);
      }
      Skipped skipped =
          Normalization.skipLayerNorm(
              x, stream.branch(), scale, shift, stream.bias(), norm.epsilon());
      return new Normalized(skipped.normalized(), skipped.sum());
    }

    @Override
    Value biased(Value x, Value weight, Value bias) {
      // Gemm takes a matrix of known rows.
      return x.shape().hasUnknown()
          ? STANDARD.biased(x, weight, bias)
          : Products.gemm(x, weight, bias);
    }

    @Override
    public Value gelu(Value x) {
      return Elementwise.fusedGelu(x);
    }
  };

  /**
   * Closes the stream's addition and normalises it.
   *
   * @return both the norm and the sum, each [B, N, D]
   */
  public abstract Normalized normalize(Residual stream, LayerNorm norm);

  /**
   * A linear layer on the last axis: x W^T + b.
   *
   * @param x [..., in]
   * @return [..., out]
   */
  public Value linear(Value x, Linear layer) {
    return layer.bias() == null
        ? layer.product(x)
        : biased(
            x, x.graph().constant(layer.weight().transposed()), x.graph().constant(layer.bias()));
  }

  /** GELU with the exact error function. */
  public abstract Value gelu(Value x);

  abstract Value biased(Value x, Value weight, Value bias);

  /** A normalised stream, and the stream itself. */
  public record Normalized(Value normalized, Value sum) {}
}
