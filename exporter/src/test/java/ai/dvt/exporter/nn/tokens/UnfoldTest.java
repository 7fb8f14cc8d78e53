package ai.dvt.exporter.nn.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two images whose pixels are all different, so that every element of a window can be told. */
class UnfoldTest {
  @ParameterizedTest(name = "size {0}, {1} channels, kernel {2}, stride {3}, padding {4}")
  @CsvSource({
    "14, 3, 7, 4, 2",
    "15, 3, 7, 4, 2",
    "16, 3, 5, 3, 0",
    "9, 3, 2, 3, 1",
    "12, 3, 7, 2, 3",
    "8, 1, 4, 4, 0",
    "7, 20, 3, 2, 1",
    "8, 20, 3, 2, 1",
    "6, 17, 3, 1, 0"
  })
  void every_element_of_every_window_is_where_the_order_says(
      int size, int channels, int kernel, int stride, int padding) throws OrtException {
    Unfold unfold = new Unfold(size, channels, kernel, stride, padding);
    float[] pixels = new float[2 * size * size * channels];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i + 1;
    }

    float[] windows = run(unfold, pixels);

    int[] order = unfold.order();
    int at = 0;
    for (int image = 0; image < 2; image++) {
      for (int window = 0; window < unfold.grid() * unfold.grid(); window++) {
        for (int i = 0; i < unfold.width(); i++) {
          int channel = order[i] / (kernel * kernel);
          int within = order[i] % (kernel * kernel);
          int y = window / unfold.grid() * stride - padding + within / kernel;
          int x = window % unfold.grid() * stride - padding + within % kernel;
          boolean outside = y < 0 || x < 0 || y >= size || x >= size;
          float expected =
              outside ? 0 : pixels[((image * size + y) * size + x) * channels + channel];
          assertThat(windows[at++]).isEqualTo(expected);
        }
      }
    }
  }

  private static float[] run(Unfold unfold, float[] pixels) throws OrtException {
    long area = (long) unfold.size() * unfold.size();
    GraphBuilder graph = new GraphBuilder("unfold");
    Value x = graph.input("x", DataType.FLOAT32, Shape.batch(area, unfold.channels()));
    graph.output("y", unfold.forward(x));
    OrtEnvironment ort = OrtEnvironment.getEnvironment();
    try (OrtSession session =
            ort.createSession(graph.build().toBytes(), new OrtSession.SessionOptions());
        OnnxTensor tensor =
            OnnxTensor.createTensor(
                ort, FloatBuffer.wrap(pixels), new long[] {2, area, unfold.channels()});
        OrtSession.Result result = session.run(Map.of("x", tensor))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().array();
    }
  }
}
