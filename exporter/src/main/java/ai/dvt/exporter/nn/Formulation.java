package ai.dvt.exporter.nn;

import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Normalization;
import ai.dvt.exporter.onnx.Normalization.Skipped;
import ai.dvt.exporter.onnx.Products;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/** Which operators stand for the same mathematics: the one place where flavours differ. */
public enum Formulation {
  /**
   * ONNX's own operators, as a runtime with a compiler likes them. Convolutions that are products
   * are written so: for a convolution cuDNN makes a new plan whenever the batch has another size.
   */
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

    @Override
    public Value pointwise(Value x, Value weight, Value bias, int groups) {
      long out = weight.dimension(0) / groups;
      long in = weight.dimension(1);
      long pixels = x.dimension(2) * x.dimension(3);
      boolean one = groups == 1;
      Value columns =
          Layout.reshape(x, one ? Shape.batch(in, pixels) : Shape.batch(groups, in, pixels));
      Value matrix = Layout.reshape(weight, one ? Shape.of(out, in) : Shape.of(groups, out, in));
      Value added = Layout.reshape(bias, one ? Shape.of(out, 1) : Shape.of(groups, out, 1));
      return Layout.reshape(
          Elementwise.add(Products.matMul(matrix, columns), added),
          Shape.batch(groups * out, x.dimension(2), x.dimension(3)));
    }

    @Override
    public Value patches(Value image, Value weight, Value bias, int padding) {
      long kernel = weight.dimension(2);
      Value padded =
          padding == 0 ? image : Layout.padWithZeros(image, padding, padding, padding, padding);
      long rows = padded.dimension(2) / kernel;
      long columns = padded.dimension(3) / kernel;
      Value whole = cut(cut(padded, 2, rows * kernel), 3, columns * kernel);
      long channels = whole.dimension(1);
      Value split = Layout.reshape(whole, Shape.batch(channels, rows, kernel, columns, kernel));
      long size = channels * kernel * kernel;
      Value patches =
          Layout.reshape(
              Layout.transpose(split, 0, 2, 4, 1, 3, 5), Shape.batch(rows * columns, size));
      Value matrix = Layout.reshape(weight, Shape.of(weight.dimension(0), size));
      return biased(patches, Layout.transpose(matrix, 1, 0), bias);
    }

    private Value cut(Value x, int axis, long size) {
      return x.dimension(axis) == size ? x : Layout.slice(x, axis, 0, size);
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

    @Override
    public Value pointwise(Value x, Value weight, Value bias, int groups) {
      return Products.conv(x, weight, bias, 1, 0, groups);
    }

    @Override
    public Value patches(Value image, Value weight, Value bias, int padding) {
      int kernel = Math.toIntExact(weight.dimension(2));
      Value map = Products.conv(image, weight, bias, kernel, padding, 1);
      Shape flat = Shape.batch(map.dimension(1), map.dimension(2) * map.dimension(3));
      return Layout.transpose(Layout.reshape(map, flat), 0, 2, 1);
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

  /**
   * A 1x1 convolution: every pixel's channels through a matrix.
   *
   * @param x [B, channels, height, width]
   * @param weight [out, channels / groups, 1, 1]
   * @param bias [out]
   * @return [B, out, height, width]
   */
  public abstract Value pointwise(Value x, Value weight, Value bias, int groups);

  /**
   * A convolution whose stride is its kernel, its map as tokens.
   *
   * @param image [B, channels, height, width]
   * @param weight [D, channels, kernel, kernel]
   * @param bias [D]
   * @param padding zeros on every side
   * @return [B, N, D], row by row
   */
  public abstract Value patches(Value image, Value weight, Value bias, int padding);

  abstract Value biased(Value x, Value weight, Value bias);

  /** A normalised stream, and the stream itself. */
  public record Normalized(Value normalized, Value sum) {}
}
