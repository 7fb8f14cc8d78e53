package ai.dvt.server.grpc.oip;

import ai.dvt.inference.InferTensorContents;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.inference.ModelInferResponse.InferOutputTensor;
import ai.dvt.server.repository.ModelVersion;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;

/** From answered images to the outputs that a request asked for. */
final class ResponseWriter {
  private final InferOrder order;

  ResponseWriter(InferOrder order) {
    this.order = order;
  }

  /** A response with no output yet: the version that answers and the request's id. */
  ModelInferResponse.Builder empty() {
    ModelVersion version = order.order().model().version();
    return ModelInferResponse.newBuilder()
        .setModelName(version.name())
        .setModelVersion(version.version())
        .setId(order.id());
  }

  /**
   * A response for these images, the first dimension of every output.
   *
   * @param images at least one
   */
  ModelInferResponse.Builder response(List<AnsweredImage> images) {
    ModelInferResponse.Builder response = empty();
    for (RequestedOutput output : order.outputs()) {
      InferTensorContents contents = contents(output, images);
      InferOutputTensor.Builder tensor =
          InferOutputTensor.newBuilder()
              .setName(output.tensor().tensorName())
              .setDatatype(output.classification() > 0 ? "BYTES" : output.tensor().datatype())
              .addShape(images.size());
      if (output.classification() > 0) {
        tensor.addShape(output.classification());
      } else if (output.tensor() == OutputTensor.LOGITS) {
        tensor.addShape(images.get(0).logits().length);
      }
      if (order.typedOutputs()) {
        tensor.setContents(contents);
      } else {
        response.addRawOutputContents(raw(contents));
      }
      response.addOutputs(tensor);
    }
    return response;
  }

  private InferTensorContents contents(RequestedOutput output, List<AnsweredImage> images) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (AnsweredImage image : images) {
      switch (output.tensor()) {
        case LOGITS -> {
          if (output.classification() > 0) {
            classes(image, output.classification())
                .forEach(text -> contents.addBytesContents(ByteString.copyFromUtf8(text)));
          } else {
            for (float logit : image.logits()) {
              contents.addFp32Contents(logit);
            }
          }
        }
        case LABEL -> contents.addBytesContents(ByteString.copyFromUtf8(image.label()));
        case CONFIDENCE -> contents.addFp32Contents(image.confidence());
        case EXIT -> contents.addIntContents(image.exit());
        case GFLOPS -> contents.addFp64Contents(image.gflops());
      }
    }
    return contents.build();
  }

  /** Triton's texts {@code logit:class:label}, the largest first; of equals, the lower class. */
  private List<String> classes(AnsweredImage image, int count) {
    List<String> labels = order.order().model().version().labels();
    float[] logits = image.logits();
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted((a, b) -> Float.compare(logits[b], logits[a]))
        .limit(count)
        .map(index -> logits[index] + ":" + index + ":" + labels.get(index))
        .toList();
  }

  /** The elements of whichever field is set, little-endian. */
  private static ByteString raw(InferTensorContents contents) {
    if (contents.getBytesContentsCount() > 0) {
      return RawStrings.join(contents.getBytesContentsList());
    }
    int size =
        4 * contents.getFp32ContentsCount()
            + 4 * contents.getIntContentsCount()
            + 8 * contents.getFp64ContentsCount();
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < contents.getFp32ContentsCount(); i++) {
      bytes.putFloat(contents.getFp32Contents(i));
    }
    for (int i = 0; i < contents.getIntContentsCount(); i++) {
      bytes.putInt(contents.getIntContents(i));
    }
    for (int i = 0; i < contents.getFp64ContentsCount(); i++) {
      bytes.putDouble(contents.getFp64Contents(i));
    }
    return ByteString.copyFrom(bytes.flip());
  }
}
