package ai.dvt.server;

import ai.dvt.inference.InferParameter;
import ai.dvt.inference.InferTensorContents;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferRequest.InferInputTensor;
import ai.dvt.inference.ModelInferRequest.InferRequestedOutputTensor;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.server.toy.ToyCascade;
import com.google.protobuf.ByteString;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Requests of the Open Inference Protocol to the toy cascade, and what responses hold. */
final class ToyInference {
  /** Exits with a margin of safety on both sides of what toy pictures give. */
  static final String EARLY = "0.9,0.9";

  private ToyInference() {}

  /** A picture that is sure of its label from an exit on. */
  static float[] picture(int exit, int label) {
    return ToyCascade.picture(exit, label, new Random(exit * 10L + label));
  }

  /** An FP32 request in raw form. */
  static ModelInferRequest.Builder floats(float[]... pictures) {
    ByteBuffer bytes =
        ByteBuffer.allocate(pictures.length * ToyCascade.PIXELS * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] picture : pictures) {
      for (float value : picture) {
        bytes.putFloat(value);
      }
    }
    return request("FP32", pictures.length, 3, 2, 2)
        .addRawInputContents(ByteString.copyFrom(bytes.flip()));
  }

  /** The same in typed form. */
  static ModelInferRequest.Builder typedFloats(float[]... pictures) {
    ModelInferRequest.Builder request = request("FP32", pictures.length, 3, 2, 2);
    InferTensorContents.Builder contents = request.getInputsBuilder(0).getContentsBuilder();
    for (float[] picture : pictures) {
      for (float value : picture) {
        contents.addFp32Contents(value);
      }
    }
    return request;
  }

  /** A request without elements. */
  static ModelInferRequest.Builder request(String datatype, long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName("image").setDatatype(datatype);
    for (long size : shape) {
      input.addShape(size);
    }
    return ModelInferRequest.newBuilder()
        .setModelName("toy")
        .setId("request-7")
        .putParameters("dvt.thresholds", text(EARLY))
        .addInputs(input);
  }

  /** BYTES in raw form: a length in four bytes before every element. */
  static ByteString raw(byte[]... elements) {
    int size = 0;
    for (byte[] element : elements) {
      size += 4 + element.length;
    }
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (byte[] element : elements) {
      bytes.putInt(element.length).put(element);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  static byte[] png(int width, int height, byte[] rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(
          i % width,
          i / width,
          (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff);
    }
    try {
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(image, "png", png);
      return png.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  static InferParameter whole(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  static InferParameter flag(boolean value) {
    return InferParameter.newBuilder().setBoolParam(value).build();
  }

  static InferRequestedOutputTensor output(String name) {
    return InferRequestedOutputTensor.newBuilder().setName(name).build();
  }

  /** The raw elements of an output. */
  static ByteBuffer data(ModelInferResponse response, String output) {
    for (int i = 0; i < response.getOutputsCount(); i++) {
      if (response.getOutputs(i).getName().equals(output)) {
        return response
            .getRawOutputContents(i)
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    throw new AssertionError("no output " + output);
  }

  static List<Integer> integers(ModelInferResponse response, String output) {
    ByteBuffer data = data(response, output);
    List<Integer> values = new ArrayList<>();
    while (data.hasRemaining()) {
      values.add(data.getInt());
    }
    return values;
  }

  static List<Float> floats(ModelInferResponse response, String output) {
    ByteBuffer data = data(response, output);
    List<Float> values = new ArrayList<>();
    while (data.hasRemaining()) {
      values.add(data.getFloat());
    }
    return values;
  }

  static List<Double> doubles(ModelInferResponse response, String output) {
    ByteBuffer data = data(response, output);
    List<Double> values = new ArrayList<>();
    while (data.hasRemaining()) {
      values.add(data.getDouble());
    }
    return values;
  }

  static List<String> texts(ModelInferResponse response, String output) {
    ByteBuffer data = data(response, output);
    List<String> values = new ArrayList<>();
    while (data.hasRemaining()) {
      byte[] element = new byte[data.getInt()];
      data.get(element);
      values.add(new String(element, java.nio.charset.StandardCharsets.UTF_8));
    }
    return values;
  }
}
