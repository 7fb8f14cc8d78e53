package ai.dvt.exporter.checkpoint.pickle;

/** What a pickle may cost. A training checkpoint of a large model stays 10 to 100 times below. */
public final class PickleLimits {
  /** Longest pickle, bytes. */
  public static final int MAX_BYTES = 64 << 20;

  /** Most values one pickle may create. */
  static final int MAX_VALUES = 2_000_000;

  /** Deepest nesting of lists, tuples, dicts and objects. */
  public static final int MAX_DEPTH = 100;

  /** Most open marks. */
  static final int MAX_MARKS = 1_000;

  /** Longest integer, bytes. */
  static final int MAX_INTEGER_BYTES = 255;

  private PickleLimits() {}
}
