package ai.dvt.exporter.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphComparisonTest {
  @TempDir private Path folder;

  @Test
  void two_formulations_are_timed_and_their_outputs_compared() throws Exception {
    Path one = graph("one", Elementwise::gelu);
    Path other = graph("other", Elementwise::fusedGelu);

    GraphComparison.Result result = new GraphComparison(one, other, 3, 9).measure();

    assertThat(result.largestDifference()).isLessThan(1e-5);
    assertThat(result.wall().low()).isPositive().isLessThanOrEqualTo(result.wall().median());
    assertThat(result.wall().high()).isGreaterThanOrEqualTo(result.wall().median());
    assertThat(result.toString()).contains("batch 3, 9 rounds");
  }

  @Test
  void a_graph_that_computes_something_else_is_seen() throws Exception {
    Path one = graph("one", Elementwise::gelu);
    Path other = graph("other", Elementwise::tanh);

    assertThat(new GraphComparison(one, other, 1, 9).measure().largestDifference())
        .isGreaterThan(0.1);
  }

  @Test
  void fewer_than_nine_rounds_are_refused() {
    Path any = folder.resolve("any");
    assertThatThrownBy(() -> new GraphComparison(any, any, 1, 8))
        .hasMessageContaining("rounds >= 9");
  }

  @Test
  void the_interval_of_a_median_comes_from_order_statistics() {
    double[] ratios = {9, 1, 8, 2, 7, 3, 6, 4, 5};

    assertThat(GraphComparison.Ratio.of(ratios)).isEqualTo(new GraphComparison.Ratio(5, 1, 9));
  }

  private Path graph(String name, UnaryOperator<Value> operator) throws Exception {
    GraphBuilder graph = new GraphBuilder(name);
    Value x = graph.input("x", DataType.FLOAT32, Shape.batch(50));
    graph.output("y", operator.apply(x));
    return Files.write(folder.resolve(name + ".onnx"), graph.build().toBytes());
  }
}
