package ai.dvt.client.message;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeStart;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.SetBudget;
import ai.dvt.cascade.v1.Tensor;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.Picture;
import ai.dvt.client.call.Priority;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Requests from values. */
public final class Requests {
  private Requests() {}

  /** A request for one or more pictures. */
  public static ClassifyRequest classify(List<Picture> pictures, ClassifyOptions options) {
    if (pictures.isEmpty()) {
      throw new IllegalArgumentException("pictures: none (expected: at least one)");
    }
    ClassifyRequest.Builder request =
        ClassifyRequest.newBuilder()
            .setModel(model(options.model()))
            .setTopK(options.topK())
            .setPriority(priority(options.priority()))
            .addAllImages(pictures.stream().map(Requests::image).toList());
    options.policy().ifPresent(policy -> request.setPolicy(Policies.toMessage(policy)));
    options.budget().ifPresent(budget -> request.setTotalGflops(budget.totalGflops()));
    return request.build();
  }

  /** A stream's message for one image; the first of a stream also says model, policy and labels. */
  public static ClassifyStreamRequest streamed(
      String id, Picture picture, ClassifyOptions options, boolean first) {
    ClassifyStreamRequest.Builder request =
        ClassifyStreamRequest.newBuilder().setId(id).setImage(image(picture));
    if (first) {
      request
          .setModel(model(options.model()))
          .setTopK(options.topK())
          .setPriority(priority(options.priority()));
      options.policy().ifPresent(policy -> request.setPolicy(Policies.toMessage(policy)));
      options
          .budget()
          .ifPresent(
              budget ->
                  request.setBudget(
                      SetBudget.newBuilder()
                          .setImages(budget.pictures())
                          .setTotalGflops(budget.totalGflops())));
    }
    return request.build();
  }

  /** The start of a client-driven image. */
  public static CascadeRequest start(String id, Picture picture, ClassifyOptions options) {
    return CascadeRequest.newBuilder()
        .setId(id)
        .setStart(
            CascadeStart.newBuilder()
                .setModel(model(options.model()))
                .setImage(image(picture))
                .setTopK(options.topK())
                .setPriority(priority(options.priority())))
        .build();
  }

  /** The caller's word at an exit. */
  public static CascadeRequest step(String id, boolean goesOn) {
    return CascadeRequest.newBuilder()
        .setId(id)
        .setNext(goesOn ? CascadeStep.CASCADE_STEP_CONTINUE : CascadeStep.CASCADE_STEP_STOP)
        .build();
  }

  /** The message of a priority. */
  public static ai.dvt.cascade.v1.Priority priority(Priority priority) {
    return switch (priority) {
      case INTERACTIVE -> ai.dvt.cascade.v1.Priority.PRIORITY_INTERACTIVE;
      case BATCH -> ai.dvt.cascade.v1.Priority.PRIORITY_BATCH;
    };
  }

  /** The message of a model's name and version. */
  public static ModelRef model(ModelId model) {
    return ModelRef.newBuilder()
        .setName(model.name())
        .setVersion(model.version().orElse(""))
        .build();
  }

  /** The message of one picture; the bytes of a file or of pixels are not copied. */
  public static Image image(Picture picture) {
    if (picture instanceof Picture.Encoded encoded) {
      return Image.newBuilder().setEncoded(UnsafeByteOperations.unsafeWrap(encoded.file())).build();
    }
    if (picture instanceof Picture.Pixels pixels) {
      return tensor(
          DataType.DATA_TYPE_UINT8,
          List.of((long) pixels.height(), (long) pixels.width(), 3L),
          UnsafeByteOperations.unsafeWrap(pixels.rgb()));
    }
    Picture.Normalised normalised = (Picture.Normalised) picture;
    ByteBuffer bytes =
        ByteBuffer.allocate(normalised.values().length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(normalised.values());
    return tensor(
        DataType.DATA_TYPE_FLOAT32,
        List.of(3L, (long) normalised.height(), (long) normalised.width()),
        UnsafeByteOperations.unsafeWrap(bytes));
  }

  private static Image tensor(DataType type, List<Long> shape, ByteString data) {
    return Image.newBuilder()
        .setTensor(Tensor.newBuilder().setDataType(type).addAllShape(shape).setData(data))
        .build();
  }
}
