package ai.dvt.exporter.checkpoint;

/** The {@code module.} that data-parallel training puts before every name. */
final class ParallelPrefix {
  private static final String PREFIX = "module.";

  private ParallelPrefix() {}

  static String strip(String name) {
    return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }
}
