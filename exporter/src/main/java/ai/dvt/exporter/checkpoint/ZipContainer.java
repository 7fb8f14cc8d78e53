package ai.dvt.exporter.checkpoint;

import ai.dvt.exporter.checkpoint.pickle.PickleException;
import ai.dvt.exporter.checkpoint.pickle.PickleLimits;
import ai.dvt.exporter.checkpoint.pickle.PickleReader;
import ai.dvt.exporter.checkpoint.pickle.PickleValue;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * PyTorch's zip container (since 1.6): {@code ROOT/data.pkl} and one stored entry {@code
 * ROOT/data/KEY} per storage.
 */
final class ZipContainer implements StorageSource {
  private static final String PICKLE = "/data.pkl";
  private static final int MAX_MARKER = 16;

  private final OpenFile file;
  private final ZipIndex index;
  private final String root;
  private final Map<String, FileRegion> regions = new HashMap<>();

  ZipContainer(OpenFile file) {
    this.file = file;
    this.index = new ZipIndex(file);
    this.root = findRoot();
    checkByteOrder();
  }

  /** The object that was saved. */
  PickleValue object() {
    FileRegion pickle = index.region(root + PICKLE);
    if (pickle.length() > PickleLimits.MAX_BYTES) {
      throw file.error(
          "entry "
              + root
              + PICKLE
              + ": "
              + pickle.length()
              + " bytes (expected: at most "
              + PickleLimits.MAX_BYTES
              + ")");
    }
    try {
      return PickleReader.read(pickle.buffer()).value();
    } catch (PickleException e) {
      throw file.error("entry " + root + PICKLE + ": pickle " + e.getMessage(), e);
    }
  }

  @Override
  public FileRegion data(Storage storage, int width) {
    String name = root + "/data/" + storage.key();
    FileRegion region = regions.computeIfAbsent(name, index::region);
    if (storage.viewed() || region.length() != storage.count() * width) {
      throw file.error(
          "entry "
              + name
              + ": "
              + region.length()
              + " bytes (expected: "
              + storage.count()
              + " elements of "
              + width
              + " bytes)");
    }
    return region;
  }

  private String findRoot() {
    String found = null;
    for (String name : index.names()) {
      if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
        if (found != null) {
          throw file.error("zip: " + found + " and " + name + " (expected: one data.pkl)");
        }
        found = name;
      }
    }
    if (found == null) {
      throw file.error("zip: no entry ROOT/data.pkl (expected: a file written by torch.save)");
    }
    return found.substring(0, found.length() - PICKLE.length());
  }

  private void checkByteOrder() {
    String name = root + "/byteorder";
    if (index.has(name)) {
      FileRegion region = index.region(name);
      ByteBuffer bytes = region.length() <= MAX_MARKER ? region.buffer() : ByteBuffer.allocate(0);
      String order = StandardCharsets.ISO_8859_1.decode(bytes).toString().trim();
      if (!order.equals("little")) {
        throw file.error("entry " + name + ": " + order + " (expected: little)");
      }
    }
  }
}
