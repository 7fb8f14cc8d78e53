package ai.dvt.exporter.onnx;

import ai.dvt.exporter.onnx.proto.AttributeProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One application of an operator.
 *
 * @param domain empty for ONNX's own operators
 * @param inputs null for an optional one that is left out
 * @param outputs null for an optional one that is left out
 */
record Node(
    String name,
    String operator,
    String domain,
    List<Value> inputs,
    List<Value> outputs,
    List<AttributeProto> attributes) {
  Node {
    inputs = Collections.unmodifiableList(new ArrayList<>(inputs));
    outputs = Collections.unmodifiableList(new ArrayList<>(outputs));
    attributes = List.copyOf(attributes);
  }
}
