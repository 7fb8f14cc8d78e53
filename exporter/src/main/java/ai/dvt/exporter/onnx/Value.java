package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;

/** A tensor that flows through one graph: an input, a constant, or an output of a node. */
public final class Value {
  private final GraphBuilder graph;
  private final String name;
  private final DataType dataType;
  private final Shape shape;

  Value(GraphBuilder graph, String name, DataType dataType, Shape shape) {
    this.graph = graph;
    this.name = name;
    this.dataType = dataType;
    this.shape = shape;
  }

  /** The graph under construction that this value belongs to. */
  public GraphBuilder graph() {
    return graph;
  }

  /** Unique in the graph; a graph output gets the output's name when the graph is built. */
  public String name() {
    return name;
  }

  public DataType dataType() {
    return dataType;
  }

  public Shape shape() {
    return shape;
  }

  /** Size of one axis; a negative axis counts from the end. */
  public long dimension(int axis) {
    return shape.dimension(axis);
  }

  @Override
  public String toString() {
    return name + ' ' + dataType + shape;
  }
}
