package ai.dvt.exporter.nn.tokens;

import ai.dvt.exporter.nn.Formulation;
import ai.dvt.exporter.nn.Front;
import ai.dvt.exporter.nn.Linear;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/**
 * T2T-ViT's front: split, mix, split, mix, split, project.
 *
 * @param first split of the picture
 * @param firstMixer of the tokens it makes
 * @param second split
 * @param secondMixer of the tokens it makes
 * @param third split
 * @param projection [D, 9 T]
 */
public record SoftSplits(
    Unfold first,
    TokenMixer firstMixer,
    Unfold second,
    TokenMixer secondMixer,
    Unfold third,
    Linear projection)
    implements Front {
  /**
   * @param imageSize pixels along one side
   * @param kernel of the first split; the others are 3, stride 2, padding 1
   * @param firstMixer with weights in the authors' order of elements, as all here
   * @param width T, of the tokens between the splits
   */
  public static SoftSplits of(
      int imageSize,
      int kernel,
      int stride,
      int padding,
      TokenMixer firstMixer,
      TokenMixer secondMixer,
      Linear projection,
      int width) {
    Unfold first = new Unfold(imageSize, 3, kernel, stride, padding);
    Unfold second = new Unfold(first.grid(), width, 3, 2, 1);
    Unfold third = new Unfold(second.grid(), width, 3, 2, 1);
    return new SoftSplits(
        first,
        firstMixer.reordered(first.order()),
        second,
        secondMixer.reordered(second.order()),
        third,
        projection.reordered(third.order()));
  }

  @Override
  public Value forward(Formulation formulation, Value image) {
    long pixels = image.dimension(2) * image.dimension(3);
    Value channelsLast = Layout.transpose(Layout.reshape(image, Shape.batch(3, pixels)), 0, 2, 1);
    Value x = firstMixer.forward(formulation, first.forward(channelsLast));
    x = secondMixer.forward(formulation, second.forward(x));
    return formulation.linear(third.forward(x), projection);
  }
}
