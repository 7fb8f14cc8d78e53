package ai.dvt.server.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A NumPy {@code .npy} file of float32 in C order, as self-tests use it.
 *
 * @param values read-only, row-major, of as many elements as the shape says
 */
public record NpyFile(List<Long> shape, FloatBuffer values) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\s*\\{(?=.*'descr': *'([^']*)')(?=.*'fortran_order': *(True|False))"
              + "(?=.*'shape': *\\(([0-9, ]*)\\)).*\\}\\s*",
          Pattern.DOTALL);

  public NpyFile {
    shape = List.copyOf(shape);
  }

  /**
   * Reads a whole file.
   *
   * @throws RepositoryException if it is no float32 array in C order or has another length
   */
  public static NpyFile read(Path file) throws RepositoryException {
    String name = file.getFileName().toString();
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new RepositoryException(name, "unreadable, " + e.getMessage(), "a readable file", e);
    }
    Matcher header = header(name, bytes);
    if (!header.group(1).equals("<f4") || header.group(2).equals("True")) {
      throw new RepositoryException(
          name,
          "type " + header.group(1) + (header.group(2).equals("True") ? " in Fortran order" : ""),
          "<f4 in C order");
    }
    List<Long> shape = new ArrayList<>();
    long elements = 1;
    for (String dimension : header.group(3).replace(" ", "").split(",")) {
      if (!dimension.isEmpty()) {
        long size = dimension.length() > 9 ? Integer.MAX_VALUE : Long.parseLong(dimension);
        shape.add(size);
        elements = Math.min(elements * size, Integer.MAX_VALUE);
      }
    }
    if (bytes.remaining() != 4L * elements) {
      throw new RepositoryException(
          name, bytes.remaining() + " bytes of values", 4L * elements + " for shape " + shape);
    }
    return new NpyFile(
        shape, bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().asReadOnlyBuffer());
  }

  /** Reads the header; leaves the position at the values. */
  private static Matcher header(String name, ByteBuffer bytes) throws RepositoryException {
    byte[] magic = new byte[MAGIC.length];
    if (bytes.remaining() >= 12) {
      bytes.get(magic);
      int major = bytes.get();
      bytes.get();
      long length = major == 1 ? bytes.getShort() & 0xffff : bytes.getInt() & 0xffffffffL;
      if (java.util.Arrays.equals(magic, MAGIC) && length <= bytes.remaining()) {
        byte[] text = new byte[(int) length];
        bytes.get(text);
        Matcher header = HEADER.matcher(new String(text, StandardCharsets.ISO_8859_1));
        if (header.matches()) {
          return header;
        }
      }
    }
    throw new RepositoryException(name, "no .npy header", "a NumPy .npy file of float32");
  }
}
