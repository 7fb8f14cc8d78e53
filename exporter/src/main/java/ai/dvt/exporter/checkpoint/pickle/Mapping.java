package ai.dvt.exporter.checkpoint.pickle;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A dict of any kind. Only entries with a text key can be looked up; the others (an optimizer's
 * integer keys) are counted and dropped.
 */
public final class Mapping implements PickleValue {
  private final Map<String, PickleValue> entries = new LinkedHashMap<>();
  private int dropped;
  private int depth = 1;

  /** Entries with a text key, in the order of the file. */
  public Map<String, PickleValue> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** Number of entries whose key is no text. */
  public int dropped() {
    return dropped;
  }

  int depth() {
    return depth;
  }

  void put(PickleValue key, PickleValue value) {
    depth = Depth.around(Depth.around(depth, key), value);
    if (key instanceof Text text) {
      entries.put(text.value(), value);
    } else {
      dropped++;
    }
  }

  void putAll(Mapping other) {
    depth = Math.max(depth, other.depth);
    entries.putAll(other.entries);
    dropped += other.dropped;
  }
}
