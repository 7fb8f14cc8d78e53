package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.checkpoint.pickle.Mapping;
import ai.dvt.exporter.checkpoint.pickle.Pickle;
import ai.dvt.exporter.checkpoint.pickle.PickleException;
import ai.dvt.exporter.checkpoint.pickle.PickleReader;
import ai.dvt.exporter.checkpoint.pickle.PickleValue;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Bool;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Int;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Text;
import ai.dvt.exporter.checkpoint.pickle.Sequence;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * PyTorch's container before 1.6: five pickles (magic number, protocol, system, object, storage
 * keys), then per storage, in the keys' order, an int64 element count and the data.
 */
final class LegacyContainer implements StorageSource {
  static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final int PROTOCOL = 1001;
  private static final int MAX_HEAD = 512 << 20;

  private final OpenFile file;
  private final Pickle object;
  private final Sequence keys;
  private final long dataOffset;
  private final Map<String, Long> starts = new LinkedHashMap<>();
  private final Map<String, FileRegion> views = new HashMap<>();
  private boolean located;

  LegacyContainer(OpenFile file) {
    this.file = file;
    ByteBuffer bytes = file.head(MAX_HEAD);
    if (!(read(bytes, "magic number").value() instanceof Int magic)
        || !magic.value().equals(MAGIC)) {
      throw file.error("magic number (expected: " + MAGIC.toString(16) + ", a torch.save file)");
    }
    if (!(read(bytes, "protocol").value() instanceof Int protocol)
        || !protocol.value().equals(BigInteger.valueOf(PROTOCOL))) {
      throw file.error("legacy protocol (expected: " + PROTOCOL + ")");
    }
    checkSystem(read(bytes, "system description").value());
    this.object = read(bytes, "object");
    if (!(read(bytes, "storage keys").value() instanceof Sequence sequence)) {
      throw file.error("storage keys (expected: a list of texts)");
    }
    this.keys = sequence;
    this.dataOffset = bytes.position();
  }

  /** The object that was saved. */
  PickleValue object() {
    return object.value();
  }

  @Override
  public FileRegion data(Storage storage, int width) {
    locate();
    Long start = starts.get(storage.key());
    if (start == null) {
      throw file.error("storage " + storage.key() + ": absent (expected: one of the file's keys)");
    }
    ByteBuffer header =
        new FileRegion(file, "storage " + storage.key(), start, Long.BYTES).buffer();
    long count = header.getLong(0);
    long end = storage.viewOffset() + storage.count();
    if (storage.viewed()
        ? storage.viewOffset() < 0 || end < 0 || end > count
        : storage.count() != count) {
      throw file.error(
          "storage "
              + storage.key()
              + ": "
              + count
              + " elements (expected: "
              + (storage.viewed() ? "at least " + end : storage.count())
              + ")");
    }
    long first = start + Long.BYTES + storage.viewOffset() * width;
    return views.computeIfAbsent(
        first + " " + storage.count() + " " + width,
        key -> new FileRegion(file, "storage " + storage.key(), first, storage.count() * width));
  }

  /** Walks the storages at the end of the file; their widths stand only in the object. */
  private void locate() {
    if (located) {
      return;
    }
    Map<String, Integer> widths = widths();
    long at = dataOffset;
    for (PickleValue key : keys.items()) {
      if (!(key instanceof Text text) || starts.containsKey(text.value())) {
        throw file.error("storage keys (expected: a list of different texts)");
      }
      String what = "storage " + text.value();
      Integer width = widths.get(text.value());
      if (width == null) {
        throw file.error(what + ": of unknown type (expected: a tensor that uses it)");
      }
      long count = new FileRegion(file, what, at, Long.BYTES).buffer().getLong(0);
      if (count < 0 || count > (file.size() - at - Long.BYTES) / width) {
        throw file.error(
            what
                + ": "
                + count
                + " elements of "
                + width
                + " bytes (expected: inside the file of "
                + file.size()
                + " bytes; it is cut off)");
      }
      starts.put(text.value(), at);
      at += Long.BYTES + count * width;
    }
    located = true;
  }

  private Map<String, Integer> widths() {
    Map<String, Integer> widths = new HashMap<>();
    for (Storage storage : object.storages()) {
      ElementTypes.ofTorch(storage.type())
          .ifPresent(type -> widths.put(storage.key(), type.bytes()));
    }
    return widths;
  }

  private Pickle read(ByteBuffer bytes, String what) {
    try {
      return PickleReader.read(bytes);
    } catch (PickleException e) {
      throw file.error(what + ": pickle " + e.getMessage(), e);
    }
  }

  private void checkSystem(PickleValue system) {
    if (system instanceof Mapping mapping
        && mapping.entries().get("little_endian") instanceof Bool little
        && !little.value()) {
      throw file.error("written on a big-endian machine (expected: little-endian)");
    }
  }
}
