package ai.dvt.server.engine;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.Elementwise;
import ai.dvt.exporter.onnx.GraphBuilder;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;

/** A stage with the toy's inputs and outputs that ONNX Runtime loads but cannot run. */
final class FailingGraph {
  private FailingGraph() {}

  /** Gathers with an index out of range, known only at run time. */
  static byte[] stage2() {
    GraphBuilder graph = new GraphBuilder("failing");
    Value image = graph.input("image", DataType.FLOAT32, Shape.batch(3, 2, 2));
    Value a = graph.input("from_a", DataType.FLOAT32, Shape.batch(2, 6));
    Value b = graph.input("b", DataType.FLOAT32, Shape.batch(2, 2));
    Value c = graph.input("c", DataType.INT64, Shape.batch(2, 1));
    Value table = graph.constant(Constant.weight("table", Shape.of(3, 2), () -> new float[6]));
    Value first = Layout.reshape(Layout.slice(c, 1, 0, 1), Shape.batch());
    Value far = Layout.gather(table, 0, Elementwise.add(first, graph.longs(1000)));
    Value used =
        Elementwise.add(
            Layout.slice(Layout.reshape(image, Shape.batch(12)), 1, 0, 4),
            Layout.reshape(b, Shape.batch(4)));
    graph.output("logits", Elementwise.add(used, Layout.concat(1, far, far)));
    graph.output("d", a);
    return graph.build().toBytes();
  }
}
