package ai.dvt.exporter.checkpoint.pickle;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Global;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Int;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.None;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Text;
import java.util.List;

/**
 * torch's persistent ids: {@code ('storage', class, key, location, count)}, in a legacy file with a
 * sixth item, None or {@code (view key, offset, count)}. The location ("cuda:0") is ignored.
 */
final class PersistentId {
  private PersistentId() {}

  static Storage storage(PickleValue id) {
    if (!(id instanceof Sequence tuple)
        || tuple.items().size() < 5
        || tuple.items().size() > 6
        || !(tuple.items().get(0) instanceof Text word)
        || !word.value().equals("storage")
        || !(tuple.items().get(1) instanceof Global type)
        || !(tuple.items().get(2) instanceof Text key)
        || !(tuple.items().get(3) instanceof Text)
        || !(tuple.items().get(4) instanceof Int count)
        || !count.isLong()) {
      throw new PickleException(
          "persistent id (expected: ('storage', class, key, location, element count))");
    }
    long elements = count.value().longValue();
    PickleValue view = tuple.items().size() == 6 ? tuple.items().get(5) : new None();
    if (view instanceof None) {
      return new Storage(type.name(), key.value(), elements, 0, false);
    }
    if (view instanceof Sequence parts && parts.items().size() == 3) {
      List<PickleValue> items = parts.items();
      if (items.get(1) instanceof Int offset
          && offset.isLong()
          && items.get(2) instanceof Int size
          && size.isLong()) {
        return new Storage(
            type.name(), key.value(), size.value().longValue(), offset.value().longValue(), true);
      }
    }
    throw new PickleException(
        "storage " + key.value() + ": view (expected: None or (key, offset, element count))");
  }
}
