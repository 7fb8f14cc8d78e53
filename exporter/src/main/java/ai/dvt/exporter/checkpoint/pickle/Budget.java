package ai.dvt.exporter.checkpoint.pickle;

/** Counts what one pickle has created, so that a small one cannot make a large heap. */
final class Budget {
  private static final int BYTES_PER_VALUE = 16;

  private long values;

  /** Books {@code count} more values or references. */
  void values(long count) {
    values += count;
    if (values > PickleLimits.MAX_VALUES) {
      throw new PickleException(
          "more than " + PickleLimits.MAX_VALUES + " values (expected: at most that)");
    }
  }

  /** Books the copy of {@code count} bytes that the pickle itself does not hold a second time. */
  void bytes(long count) {
    values(count / BYTES_PER_VALUE);
  }
}
