package ai.dvt.exporter.onnx;

import ai.dvt.cascade.DataType;
import ai.dvt.exporter.onnx.proto.GraphProto;
import ai.dvt.exporter.onnx.proto.ModelProto;
import ai.dvt.exporter.onnx.proto.NodeProto;
import ai.dvt.exporter.onnx.proto.OperatorSetIdProto;
import ai.dvt.exporter.onnx.proto.StringStringEntryProto;
import ai.dvt.exporter.onnx.proto.TensorProto;
import ai.dvt.exporter.onnx.proto.TensorShapeProto;
import ai.dvt.exporter.onnx.proto.TensorShapeProto.Dimension;
import ai.dvt.exporter.onnx.proto.TypeProto;
import ai.dvt.exporter.onnx.proto.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** Turns a graph into an ONNX model, opset 17, every intermediate value with its shape. */
public final class ModelWriter {
  private static final long IR_VERSION = 8;
  private static final long OPSET = 17;
  private static final String PRODUCER = "dvt-exporter";

  /** Smaller constants stand in the model: shapes must, and pages would be wasted on the rest. */
  private static final long SMALLEST_EXTERNAL_BYTES = 1024;

  private static final long SMALLEST_EXTERNAL_INTEGER_BYTES = 16 * 1024;

  private final WeightStorage storage;
  private final ExternalTensors external;

  private ModelWriter(WeightStorage storage, ExternalTensors external) {
    this.storage = storage;
    this.external = external;
  }

  /** Writes all constants into the model. */
  public static ModelWriter embedded(WeightStorage storage) {
    return new ModelWriter(storage, null);
  }

  /** Writes constants of 1 KiB and more elsewhere; integers, which may be shapes, from 16 KiB. */
  public static ModelWriter external(WeightStorage storage, ExternalTensors external) {
    return new ModelWriter(storage, external);
  }

  /**
   * The model as the bytes of its file.
   *
   * @throws UncheckedIOException if a constant could not be placed
   */
  public byte[] bytes(Graph graph) {
    return model(graph).toByteArray();
  }

  /**
   * @throws UncheckedIOException if a constant could not be placed
   */
  public ModelProto model(Graph graph) {
    TreeSet<String> domains = new TreeSet<>();
    graph.nodes().forEach(node -> domains.add(node.domain()));
    domains.add("");
    ModelProto.Builder model =
        ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName(PRODUCER);
    for (String domain : domains) {
      model.addOpsetImport(
          OperatorSetIdProto.newBuilder()
              .setDomain(domain)
              .setVersion(domain.isEmpty() ? OPSET : 1));
    }
    return model.setGraph(graph(graph)).build();
  }

  private GraphProto graph(Graph graph) {
    GraphProto.Builder proto = GraphProto.newBuilder().setName(graph.name());
    Map<Value, String> names = new HashMap<>();
    graph.nodes().forEach(node -> node.outputs().forEach(v -> names.put(v, nameOf(v))));
    Map<String, Value> copied = new HashMap<>();
    graph
        .outputs()
        .forEach(
            (output, value) -> {
              if (!names.containsKey(value) || !names.get(value).equals(value.name())) {
                copied.put(output, value);
              } else {
                names.put(value, output);
              }
              proto.addOutput(valueInfo(output, value));
            });
    for (Value input : graph.inputs()) {
      names.put(input, input.name());
      proto.addInput(valueInfo(input.name(), input));
    }
    graph.constants().forEach(constant -> constant(constant, proto));
    for (Node node : graph.nodes()) {
      proto.addNode(node(node, names));
      for (Value value : node.outputs()) {
        if (value != null && names.get(value).equals(value.name())) {
          proto.addValueInfo(valueInfo(value.name(), value));
        }
      }
    }
    copied.forEach(
        (output, value) ->
            proto.addNode(
                NodeProto.newBuilder()
                    .setName(output)
                    .setOpType("Identity")
                    .addInput(names.getOrDefault(value, value.name()))
                    .addOutput(output)));
    return proto.build();
  }

  private static String nameOf(Value value) {
    return value == null ? "" : value.name();
  }

  private static NodeProto node(Node node, Map<Value, String> names) {
    NodeProto.Builder proto =
        NodeProto.newBuilder()
            .setName(node.name())
            .setOpType(node.operator())
            .addAllAttribute(node.attributes());
    if (!node.domain().isEmpty()) {
      proto.setDomain(node.domain());
    }
    node.inputs().forEach(value -> proto.addInput(names.getOrDefault(value, nameOf(value))));
    node.outputs().forEach(value -> proto.addOutput(names.getOrDefault(value, nameOf(value))));
    return proto.build();
  }

  private void constant(Constant constant, GraphProto.Builder proto) {
    boolean rounded =
        storage != WeightStorage.FLOAT32
            && constant.trained()
            && constant.dataType() == DataType.FLOAT32
            && constant.shape().rank() >= 2;
    if (!rounded) {
      proto.addInitializer(tensor(constant));
      return;
    }
    int rank = constant.shape().rank();
    boolean bytes = storage == WeightStorage.INT8 && (rank == 2 || rank == 4);
    if (bytes) {
      // A matrix is [in, out] here, a convolution [out, in, height, width].
      PerChannel parts = PerChannel.of(constant, rank == 2 ? 1 : 0);
      String levels = constant.name() + ".levels";
      proto.addInitializer(tensor(parts.values())).addInitializer(tensor(parts.scales()));
      proto.addNode(widen(parts.values(), levels));
      proto.addValueInfo(valueInfo(levels, DataType.FLOAT32, constant.shape()));
      proto.addNode(
          NodeProto.newBuilder()
              .setName(constant.name() + ".rescale")
              .setOpType("Mul")
              .addInput(levels)
              .addInput(parts.scales().name())
              .addOutput(constant.name()));
    } else {
      Constant half = constant.asFloat16();
      proto.addInitializer(tensor(half));
      proto.addNode(widen(half, constant.name()));
    }
    proto.addValueInfo(valueInfo(constant.name(), constant.dataType(), constant.shape()));
  }

  private static NodeProto widen(Constant narrow, String to) {
    return NodeProto.newBuilder()
        .setName(to + ".widen")
        .setOpType("Cast")
        .addInput(narrow.name())
        .addOutput(to)
        .addAttribute(Attributes.of("to", (long) elementType(DataType.FLOAT32)))
        .build();
  }

  private TensorProto tensor(Constant constant) {
    TensorProto.Builder proto =
        TensorProto.newBuilder()
            .setName(constant.name())
            .setDataType(elementType(constant.dataType()))
            .addAllDims(constant.shape().dimensions());
    boolean integers =
        constant.dataType() == DataType.INT64 || constant.dataType() == DataType.INT32;
    long smallest = integers ? SMALLEST_EXTERNAL_INTEGER_BYTES : SMALLEST_EXTERNAL_BYTES;
    if (external == null || constant.byteLength() < smallest) {
      return proto.setRawData(ByteString.copyFrom(constant.bytes())).build();
    }
    try {
      ExternalTensors.Location location = external.place(constant);
      return proto
          .setDataLocation(TensorProto.DataLocation.EXTERNAL)
          .addExternalData(entry("location", location.file()))
          .addExternalData(entry("offset", Long.toString(location.offset())))
          .addExternalData(entry("length", Long.toString(location.length())))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException("constant " + constant + ": " + e.getMessage(), e);
    }
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static ValueInfoProto valueInfo(String name, Value value) {
    return valueInfo(name, value.dataType(), value.shape());
  }

  private static ValueInfoProto valueInfo(String name, DataType dataType, Shape shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long dimension : shape.dimensions()) {
      dimensions.addDim(
          dimension < 0
              ? Dimension.newBuilder().setDimParam(Shape.text(dimension))
              : Dimension.newBuilder().setDimValue(dimension));
    }
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(elementType(dataType)).setShape(dimensions);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static int elementType(DataType dataType) {
    return Elementwise.elementType(dataType);
  }
}
