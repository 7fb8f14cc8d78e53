package ai.dvt.exporter.architecture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A NumPy file of float32 or float16 numbers, as the fixtures are. */
record Npy(long[] shape, float[] values) {
  static Npy read(Path path) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = file.getShort(8);
    String header = new String(file.array(), 10, headerLength, StandardCharsets.ISO_8859_1);
    Matcher matcher = Pattern.compile("'shape': \\(([0-9, ]*)\\)").matcher(header);
    if (!matcher.find()) {
      throw new IOException(path + ": " + header);
    }
    long[] shape =
        Arrays.stream(matcher.group(1).split(","))
            .map(String::trim)
            .filter(size -> !size.isEmpty())
            .mapToLong(Long::parseLong)
            .toArray();
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    file.position(10 + headerLength);
    for (int i = 0; i < values.length; i++) {
      values[i] = header.contains("<f2") ? widen(file.getShort()) : file.getFloat();
    }
    return new Npy(shape, values);
  }

  private static float widen(short half) {
    int exponent = half >> 10 & 0x1f;
    int fraction = half & 0x3ff;
    float magnitude =
        exponent == 0
            ? fraction * 0x1p-24f
            : Float.intBitsToFloat(exponent + 112 << 23 | fraction << 13);
    return half < 0 ? -magnitude : magnitude;
  }
}
