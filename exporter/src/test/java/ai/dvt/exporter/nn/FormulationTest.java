package ai.dvt.exporter.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions written as products are the same convolutions; three images. */
class FormulationTest {
  private static final int IMAGES = 3;

  private final Random random = new Random(11);

  private interface Layer {
    Value forward(Formulation formulation, Value x, Value weight, Value bias);
  }

  @ParameterizedTest(name = "{0}x{1} pixels, kernel {2}, padding {3}")
  @CsvSource({"32, 32, 8, 0", "8, 12, 4, 0", "14, 15, 4, 0", "6, 6, 4, 1", "4, 4, 4, 0"})
  void patches(int height, int width, int kernel, int padding) throws OrtException {
    compare(
        Shape.batch(3, height, width),
        Shape.of(5, 3, kernel, kernel),
        (formulation, x, weight, bias) -> formulation.patches(x, weight, bias, padding));
  }

  @ParameterizedTest(name = "{0} channels in {1} groups to {2}")
  @CsvSource({"6, 1, 4", "6, 3, 9", "12, 12, 12", "1, 1, 1"})
  void pointwise(int channels, int groups, int out) throws OrtException {
    compare(
        Shape.batch(channels, 5, 7),
        Shape.of(out, channels / groups, 1, 1),
        (formulation, x, weight, bias) -> formulation.pointwise(x, weight, bias, groups));
  }

  private void compare(Shape input, Shape weight, Layer layer) throws OrtException {
    float[] weights = numbers(weight.elements());
    float[] biases = numbers(weight.dimension(0));
    float[] images = numbers(IMAGES * input.elements());
    byte[] standard = graph(Formulation.STANDARD, input, weight, weights, biases, layer);
    byte[] fused = graph(Formulation.FUSED, input, weight, weights, biases, layer);
    assertThat(new String(standard, StandardCharsets.ISO_8859_1)).doesNotContain("Conv");
    assertThat(new String(fused, StandardCharsets.ISO_8859_1)).contains("Conv");
    assertThat(run(standard, input, images))
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(run(fused, input, images));
  }

  private float[] numbers(long count) {
    float[] numbers = new float[Math.toIntExact(count)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static byte[] graph(
      Formulation formulation,
      Shape input,
      Shape weight,
      float[] weights,
      float[] biases,
      Layer layer) {
    GraphBuilder graph = new GraphBuilder("layer");
    Value x = graph.input("x", DataType.FLOAT32, input);
    Value w = graph.constant(Constant.weight("w", weight, () -> weights));
    Value b = graph.constant(Constant.weight("b", Shape.of(weight.dimension(0)), () -> biases));
    graph.output("y", layer.forward(formulation, x, w, b));
    return graph.build().toBytes();
  }

  private static float[] run(byte[] graph, Shape input, float[] images) throws OrtException {
    long[] shape = {IMAGES, input.dimension(1), input.dimension(2), input.dimension(3)};
    OrtEnvironment ort = OrtEnvironment.getEnvironment();
    try (OrtSession session = ort.createSession(graph, new OrtSession.SessionOptions());
        OnnxTensor tensor = OnnxTensor.createTensor(ort, FloatBuffer.wrap(images), shape);
        OrtSession.Result result = session.run(Map.of("x", tensor))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().array();
    }
  }
}
