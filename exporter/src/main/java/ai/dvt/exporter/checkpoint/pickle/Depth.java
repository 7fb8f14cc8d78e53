package ai.dvt.exporter.checkpoint.pickle;

/** Bounds nesting while values are put together, so that later walks may recurse. */
final class Depth {
  private Depth() {}

  /** The depth of a container of depth {@code own} after {@code member} was put in. */
  static int around(int own, PickleValue member) {
    int depth = Math.max(own, 1 + of(member));
    if (depth > PickleLimits.MAX_DEPTH) {
      throw new PickleException(
          "values nested deeper than " + PickleLimits.MAX_DEPTH + " (expected: at most that)");
    }
    return depth;
  }

  private static int of(PickleValue value) {
    if (value instanceof Sequence sequence) {
      return sequence.depth();
    } else if (value instanceof Mapping mapping) {
      return mapping.depth();
    } else if (value instanceof Inert inert) {
      return inert.depth();
    }
    return 0;
  }
}
