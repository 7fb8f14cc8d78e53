package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A finished graph written anew, node after node. A subclass puts other nodes for some; the rest is
 * copied, equal nodes only once. One copy, one thread.
 */
abstract class GraphCopy {
  private final Graph from;
  private final Map<String, Constant> constants = new HashMap<>();
  private final Map<Value, Value> copies = new HashMap<>();
  private final Map<Alike, Value> nodes = new HashMap<>();

  /** The graph that is being written. */
  final GraphBuilder to;

  GraphCopy(Graph from) {
    this.from = from;
    this.to = new GraphBuilder(from.name());
    from.constants().forEach(constant -> constants.put(constant.name(), constant));
  }

  final Graph copy() {
    for (Value input : from.inputs()) {
      copies.put(input, to.input(input.name(), inputType(input), input.shape()));
    }
    for (Node node : from.nodes()) {
      if (node.outputs().size() == 1) {
        copies.put(node.outputs().get(0), to.within(node.name(), () -> replaced(node)));
      } else {
        to.within(node.name(), () -> copied(node));
      }
    }
    from.outputs().forEach((name, value) -> to.output(name, output(name, value)));
    return to.build();
  }

  /** The element type of an input of the copy. */
  DataType inputType(Value input) {
    return input.dataType();
  }

  /** What goes to the outside for a value of the old graph. */
  Value output(String name, Value value) {
    return operand(value);
  }

  /** The value that stands for the node's; by default that of the node itself. */
  Value replaced(Node node) {
    return same(node, operands(node), node.outputs().get(0).dataType());
  }

  /** What a node of several outputs takes. */
  List<Value> manyOperands(Node node) {
    return operands(node);
  }

  private Node copied(Node node) {
    List<Value> out = new ArrayList<>();
    for (Value old : node.outputs()) {
      Value made = old == null ? null : to.named(old.name(), old.dataType(), old.shape());
      copies.put(old, made);
      out.add(made);
    }
    append(node, manyOperands(node), out);
    return node;
  }

  /** The node of one output with these inputs, or one that was the same already. */
  final Value same(Node node, List<Value> in, DataType dataType) {
    return nodes.computeIfAbsent(
        new Alike(node.domain(), node.operator(), in, node.attributes()),
        key -> {
          Value old = node.outputs().get(0);
          Value made = to.named(old.name(), dataType, old.shape());
          append(node, in, List.of(made));
          return made;
        });
  }

  private void append(Node node, List<Value> in, List<Value> out) {
    to.append(
        node.domain(), node.operator(), in, out, node.attributes().toArray(AttributeProto[]::new));
  }

  final List<Value> operands(Node node) {
    return node.inputs().stream().map(this::operand).toList();
  }

  /** The value in the copy. */
  final Value operand(Value old) {
    if (old == null || copies.containsKey(old)) {
      return copies.get(old);
    }
    return to.constant(constants.get(old.name()));
  }

  /** The constant that a value of the old graph is, or null. */
  final Constant constant(Value old) {
    return old == null ? null : constants.get(old.name());
  }

  private record Alike(
      String domain, String operator, List<Value> inputs, List<AttributeProto> attributes) {}
}
