package ai.dvt.exporter.onnx;

import ai.dvt.exporter.onnx.proto.ModelProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A finished graph: only what its outputs need. */
public final class Graph {
  private final String name;
  private final List<Value> inputs;
  private final Map<String, Value> outputs;
  private final Map<String, Constant> constants;
  private final List<Node> nodes;

  private Graph(
      String name,
      List<Value> inputs,
      Map<String, Value> outputs,
      Map<String, Constant> constants,
      List<Node> nodes) {
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.constants = constants;
    this.nodes = nodes;
  }

  static Graph of(
      String name,
      List<Value> inputs,
      Map<String, Value> outputs,
      Map<String, Constant> constants,
      List<Node> nodes) {
    Set<Value> needed = new HashSet<>(outputs.values());
    List<Node> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (node.outputs().stream().anyMatch(needed::contains)) {
        needed.addAll(node.inputs());
        kept.add(node);
      }
    }
    Collections.reverse(kept);
    Set<String> names = new HashSet<>();
    needed.forEach(value -> names.add(value == null ? "" : value.name()));
    Map<String, Constant> used = new LinkedHashMap<>(constants);
    used.keySet().retainAll(names);
    return new Graph(
        name,
        List.copyOf(inputs),
        Collections.unmodifiableMap(new LinkedHashMap<>(outputs)),
        Collections.unmodifiableMap(used),
        List.copyOf(kept));
  }

  public String name() {
    return name;
  }

  /** In the order in which they were declared, used or not. */
  public List<Value> inputs() {
    return inputs;
  }

  /** By the name that the outside sees. */
  public Map<String, Value> outputs() {
    return outputs;
  }

  /** Every constant that an output needs. */
  public Collection<Constant> constants() {
    return constants.values();
  }

  /** Operator of every node, in order; operators outside ONNX carry their domain before a dot. */
  public List<String> operators() {
    return nodes.stream()
        .map(n -> n.domain().isEmpty() ? n.operator() : n.domain() + '.' + n.operator())
        .toList();
  }

  List<Node> nodes() {
    return nodes;
  }

  /** A self-contained model with float32 weights inside: for small graphs. */
  public ModelProto toModel() {
    return ModelWriter.embedded(WeightStorage.FLOAT32).model(this);
  }

  /** {@link #toModel()} as the bytes of a file. */
  public byte[] toBytes() {
    return toModel().toByteArray();
  }
}
