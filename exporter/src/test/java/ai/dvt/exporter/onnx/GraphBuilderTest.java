package ai.dvt.exporter.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphBuilderTest {
  private final GraphBuilder graph = new GraphBuilder("toy");
  private final Value x = graph.input("x", DataType.FLOAT32, Shape.batch(2, 3));

  @Test
  void a_stage_that_hands_over_three_tensors_one_of_them_int64_runs() throws OrtException {
    Value weight =
        graph.constant(
            Constant.weight("weight", Shape.of(3, 2), () -> new float[] {1, 0, 0, 1, 1, 1}));
    Value hidden = Products.matMul(x, weight);
    graph.output("logits", Layout.reshape(hidden, Shape.batch(4)));
    graph.output("tokens", Elementwise.gelu(hidden));
    graph.output("best", Reductions.argMax(hidden, -1));
    graph.output("copy", x);

    float[][][] input = {{{1, 2, 3}, {-1, 0, 1}}};
    try (OrtSession session = session(graph.build().toBytes());
        OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), input);
        OrtSession.Result result = session.run(Map.of("x", tensor))) {
      assertThat((float[][]) value(result, "logits")).isDeepEqualTo(new float[][] {{4, 5, 0, 1}});
      assertThat((long[][][]) value(result, "best")).isDeepEqualTo(new long[][][] {{{1}, {1}}});
      assertThat((float[][][]) value(result, "copy")).isDeepEqualTo(input);
      assertThat(((float[][][]) value(result, "tokens"))[0][1][1])
          .isCloseTo(.8413447f, within(1e-6f));
      assertThat(session.getOutputInfo().get("tokens").getInfo().toString()).contains("-1, 2, 2");
    }
  }

  @Test
  void float16_weights_outside_the_file_are_widened_when_the_model_loads(@TempDir Path folder)
      throws Exception {
    float[] numbers = new float[3 * 256];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (i % 17 - 8) / 16f;
    }
    Value weight = graph.constant(Constant.weight("weight", Shape.of(3, 256), () -> numbers));
    graph.output("y", Products.matMul(x, weight));
    ExternalTensors file =
        constant -> {
          Files.write(folder.resolve("weights.bin"), constant.bytes().array());
          return new ExternalTensors.Location("weights.bin", 0, constant.byteLength());
        };
    byte[] model =
        ModelWriter.external(WeightStorage.FLOAT16, file).model(graph.build()).toByteArray();
    Path path = Files.write(folder.resolve("toy.onnx"), model);

    assertThat(Files.size(folder.resolve("weights.bin"))).isEqualTo(2 * numbers.length);
    try (OrtSession session =
            OrtEnvironment.getEnvironment()
                .createSession(path.toString(), new OrtSession.SessionOptions());
        OnnxTensor tensor =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), new float[][][] {{{1, 0, 0}, {0, 0, 2}}});
        OrtSession.Result result = session.run(Map.of("x", tensor))) {
      float[][] rows = ((float[][][]) value(result, "y"))[0];
      assertThat(rows[0][5]).isEqualTo(numbers[5]);
      assertThat(rows[1][7]).isEqualTo(2 * numbers[2 * 256 + 7]);
    }
  }

  @Test
  void a_wrong_shape_fails_at_the_call_and_names_the_node() {
    Value weight = graph.constant(Constant.weight("weight", Shape.of(4, 2), () -> new float[8]));

    assertThatThrownBy(() -> Products.matMul(x, weight))
        .isInstanceOf(GraphException.class)
        .hasMessage("MatMul of x: [batch, 2, 3] x [4, 2] (expected: [..., m, k] x [..., k, n])");
    assertThatThrownBy(() -> Layout.reshape(x, Shape.batch(5)))
        .hasMessage("Reshape of x: [batch, 5] (expected: as many elements as [batch, 2, 3])");
  }

  @Test
  void nodes_and_constants_that_no_output_needs_are_left_out() {
    Elementwise.mul(x, graph.scalar(3));
    graph.output("y", Elementwise.mul(x, graph.scalar(2)));

    Graph built = graph.build();

    assertThat(built.operators()).containsExactly("Mul");
    assertThat(built.constants()).extracting(Constant::name).containsExactly("scalar_2.0");
  }

  private static Object value(OrtSession.Result result, String name) throws OrtException {
    return result.get(name).orElseThrow().getValue();
  }

  private static OrtSession session(byte[] model) throws OrtException {
    return OrtEnvironment.getEnvironment().createSession(model, new OrtSession.SessionOptions());
  }
}
