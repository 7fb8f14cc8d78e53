package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Normalization;
import ai.dvt.exporter.onnx.Normalization.Skipped;
import ai.dvt.exporter.onnx.Value;

/** How a graph adds and normalises: the one place where flavours differ. */
public enum NormOperator {
  /** ONNX's own operators. */
  STANDARD {
    @Override
    public Normalized normalize(Residual stream, LayerNorm norm) {
      Value sum = stream.sum();
      Value scale = sum.graph().constant(norm.scale());
      Value shift = sum.graph().constant(norm.shift());
      return new Normalized(Normalization.layerNorm(sum, scale, shift, norm.epsilon()), sum);
    }
  },
  /** ONNX Runtime's SkipLayerNormalization, several times as fast on a CPU. */
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
  };

  /**
   * Closes the stream's addition and normalises it.
   *
   * @return both the norm and the sum, each [B, N, D]
   */
  public abstract Normalized normalize(Residual stream, LayerNorm norm);

  /** A normalised stream, and the stream itself. */
  public record Normalized(Value normalized, Value sum) {}
}
