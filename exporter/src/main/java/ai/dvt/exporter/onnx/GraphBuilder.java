package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A graph under construction: inputs, constants, nodes and outputs. Operators are static methods
 * over values, by family: {@link Elementwise}, {@link Layout}, {@link Products}, {@link
 * Reductions}, {@link Normalization}.
 *
 * <pre>{@code
 * GraphBuilder graph = new GraphBuilder("toy");
 * Value image = graph.input("image", DataType.FLOAT32, Shape.batch(3, 8, 8));
 * Value weight = graph.constant(Constant.weight("head", Shape.of(192, 10), () -> floats));
 * graph.output("logits", Products.matMul(Layout.reshape(image, Shape.batch(192)), weight));
 * byte[] model = graph.build().toBytes();
 * }</pre>
 */
public final class GraphBuilder {
  private final String name;
  private final List<Value> inputs = new ArrayList<>();
  private final Map<String, Value> outputs = new LinkedHashMap<>();
  private final Map<String, Constant> constants = new LinkedHashMap<>();
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private String scope = "";

  /**
   * @param name of the graph, for people
   */
  public GraphBuilder(String name) {
    this.name = name;
  }

  /** Adds a graph input. */
  public Value input(String inputName, DataType dataType, Shape shape) {
    Value value = newValue(inputName, dataType, shape);
    inputs.add(value);
    return value;
  }

  /** Gives a value to the outside under a name of its own. */
  public void output(String outputName, Value value) {
    check(value);
    if (outputs.containsKey(outputName) || values.containsKey(outputName)) {
      throw new GraphException("output", outputName, "a name not yet taken");
    }
    outputs.put(outputName, value);
  }

  /** The value of a constant; the same constant again gives the same value. */
  public Value constant(Constant constant) {
    Constant known = constants.get(constant.name());
    if (known == null) {
      constants.put(constant.name(), constant);
      return newValue(constant.name(), constant.dataType(), constant.shape());
    }
    if (!known.shape().equals(constant.shape()) || known.dataType() != constant.dataType()) {
      throw new GraphException("constant", constant, "another name than that of " + known);
    }
    return values.get(constant.name());
  }

  /** A float32 scalar. */
  public Value scalar(float number) {
    return constant(Constant.scalar("scalar_" + number, number));
  }

  /** An int64 vector, named by its content. */
  public Value longs(long... numbers) {
    return constant(
        Constant.longs("int64_" + Arrays.toString(numbers).replaceAll("[\\[\\] ]", ""), numbers));
  }

  /**
   * Writes a part of the graph whose nodes are named {@code part/...}; parts nest.
   *
   * @return what the body returns
   */
  public <T> T within(String part, Supplier<T> body) {
    String outer = scope;
    scope = outer + part + '/';
    try {
      return body.get();
    } finally {
      scope = outer;
    }
  }

  /** The graph so far, without nodes and constants that no output needs. */
  public Graph build() {
    if (outputs.isEmpty()) {
      throw new GraphException("outputs of graph " + name, "none", "at least one");
    }
    return Graph.of(name, inputs, outputs, constants, nodes);
  }

  /** Appends a node with one output. */
  Value node(
      String operator, DataType dataType, Shape shape, List<Value> in, AttributeProto... with) {
    Value output = newValue(unique(operator), dataType, shape);
    append("", operator, in, Arrays.asList(output), with);
    return output;
  }

  /** Appends a node; null stands for an input or output that is left out. */
  void append(
      String domain,
      String operator,
      List<Value> in,
      List<Value> out,
      AttributeProto... attributes) {
    in.forEach(this::check);
    String nodeName = out.stream().filter(v -> v != null).findFirst().orElseThrow().name();
    nodes.add(new Node(nodeName, operator, domain, in, out, Arrays.asList(attributes)));
  }

  /** A value that a node is about to make, named by the scope and this word. */
  Value result(String word, DataType dataType, Shape shape) {
    return newValue(unique(word), dataType, shape);
  }

  /** A value that a node is about to make, of exactly this name. */
  Value named(String valueName, DataType dataType, Shape shape) {
    return newValue(valueName, dataType, shape);
  }

  private String unique(String word) {
    int count = counts.merge(scope + word, 1, Integer::sum);
    return scope + word + '_' + count;
  }

  private Value newValue(String valueName, DataType dataType, Shape shape) {
    Value value = new Value(this, valueName, dataType, shape);
    if (valueName.isEmpty() || outputs.containsKey(valueName)) {
      throw new GraphException("value", '"' + valueName + '"', "a name not yet taken");
    }
    if (values.putIfAbsent(valueName, value) != null) {
      throw new GraphException("value", '"' + valueName + '"', "a name not yet taken");
    }
    return value;
  }

  private void check(Value value) {
    if (value != null && value.graph() != this) {
      throw new GraphException("value", value, "a value of graph " + name);
    }
  }
}
