package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.weights.ElementType;
import ai.dvt.exporter.weights.Tensor;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * safetensors: an 8-byte header length, a JSON header, and data that the tensors cover without
 * holes or overlaps.
 */
final class SafetensorsContainer {
  private static final long MAX_HEADER = 100_000_000;

  private final OpenFile file;
  private final long dataStart;
  private final SafetensorsHeader header;

  SafetensorsContainer(OpenFile file) {
    this.file = file;
    long length = file.head(Long.BYTES).getLong(0);
    if (length < 0 || length > MAX_HEADER || length > file.size() - Long.BYTES) {
      throw file.error(
          "header length "
              + Long.toUnsignedString(length)
              + " (expected: at most "
              + MAX_HEADER
              + " and inside the file of "
              + file.size()
              + " bytes)");
    }
    this.dataStart = Long.BYTES + length;
    ByteBuffer text = new FileRegion(file, "header", Long.BYTES, length).buffer();
    Reader reader =
        new InputStreamReader(new BufferStream(text), StandardCharsets.UTF_8.newDecoder());
    this.header = SafetensorsHeader.read(file, reader);
    checkCoverage();
  }

  StateDicts stateDicts() {
    return new StateDicts(file.path().toString(), Map.of(StateDicts.BARE, this::stateDict));
  }

  Extras extras() {
    Map<String, String> metadata = header.metadata();
    return new Extras(
        new Extras.Source() {
          @Override
          public Set<String> keys() {
            return metadata.keySet();
          }

          @Override
          public Optional<Tensor> tensor(String key) {
            return Optional.empty();
          }

          @Override
          public Optional<List<List<Double>>> rows(String key) {
            return Optional.empty();
          }

          @Override
          public Map<String, String> texts(String key) {
            String text = metadata.get(key);
            return text == null ? Map.of() : Map.of(key, text);
          }
        });
  }

  private StateDict stateDict() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    header.tensors().forEach((name, entry) -> put(tensors, name, entry));
    return new StateDict(
        file.path().toString(), StateDicts.BARE, List.copyOf(tensors.values()), List.of());
  }

  private void put(Map<String, Tensor> tensors, String key, SafetensorsHeader.Entry entry) {
    String name = ParallelPrefix.strip(key);
    ElementType type =
        ElementTypes.ofSafetensors(entry.dtype())
            .orElseThrow(
                () ->
                    file.error(
                        "tensor "
                            + key
                            + ": dtype "
                            + entry.dtype()
                            + " (expected: F16, BF16, F32, F64, or an integer)"));
    Layout layout;
    try {
      List<Long> strides = Layout.rowMajorStrides(entry.shape());
      long elements = (entry.end() - entry.begin()) / type.bytes();
      layout = Layout.checked(0, entry.shape(), strides, elements);
    } catch (IllegalArgumentException e) {
      throw file.error("tensor " + key + ": " + e.getMessage(), e);
    }
    long bytes = (long) layout.count() * type.bytes();
    if (bytes != entry.end() - entry.begin()) {
      throw file.error(
          "tensor "
              + key
              + ": "
              + (entry.end() - entry.begin())
              + " bytes (expected: "
              + bytes
              + " for "
              + entry.dtype()
              + " "
              + entry.shape()
              + ")");
    }
    FileRegion data = new FileRegion(file, "tensor " + key, dataStart + entry.begin(), bytes);
    Tensor tensor =
        Tensor.onDemand(
            name, layout.shape(), type, () -> Decoder.decode(data.buffer(), type, layout));
    if (tensors.put(name, tensor) != null) {
      throw file.error("tensor " + name + ": also there as module." + name + " (expected: one)");
    }
  }

  /** Offsets in order, inside the file, without overlap or hole, to the last byte. */
  private void checkCoverage() {
    long available = file.size() - dataStart;
    List<Map.Entry<String, SafetensorsHeader.Entry>> sorted =
        new ArrayList<>(header.tensors().entrySet());
    sorted.sort(
        Comparator.comparingLong(
                (Map.Entry<String, SafetensorsHeader.Entry> entry) -> entry.getValue().begin())
            .thenComparingLong(entry -> entry.getValue().end()));
    long covered = 0;
    for (Map.Entry<String, SafetensorsHeader.Entry> named : sorted) {
      SafetensorsHeader.Entry entry = named.getValue();
      String what =
          "tensor "
              + named.getKey()
              + ": data_offsets ["
              + entry.begin()
              + ", "
              + entry.end()
              + "]";
      if (entry.begin() < 0 || entry.end() < entry.begin() || entry.end() > available) {
        throw file.error(
            what + " (expected: 0 <= begin <= end <= " + available + ", the bytes of data)");
      }
      if (entry.begin() != covered) {
        throw file.error(
            what
                + (entry.begin() < covered ? ": overlap" : ": leave a hole")
                + " (expected: a begin at "
                + covered
                + ", where the tensor before ends)");
      }
      covered = entry.end();
    }
    if (covered != available) {
      throw file.error(
          "data of " + available + " bytes (expected: " + covered + ", what the tensors cover)");
    }
  }

  /** Reads a buffer without copying it. */
  private static final class BufferStream extends InputStream {
    private final ByteBuffer bytes;

    BufferStream(ByteBuffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (!bytes.hasRemaining()) {
        return -1;
      }
      int count = Math.min(length, bytes.remaining());
      bytes.get(target, offset, count);
      return count;
    }
  }
}
