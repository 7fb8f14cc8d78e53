package ai.dvt.exporter.onnx;

import ai.dvt.exporter.onnx.proto.AttributeProto;
import ai.dvt.exporter.onnx.proto.AttributeProto.AttributeType;
import java.util.Arrays;

/** Settings of a node. */
final class Attributes {
  private Attributes() {}

  static AttributeProto of(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  static AttributeProto of(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static AttributeProto of(String name, long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INTS)
        .addAllInts(Arrays.stream(values).boxed().toList())
        .build();
  }
}
