package ai.dvt.server.config;

/** How a device's threads are used. */
public enum Mode {
  /** As many workers as threads, each runs a stage with one thread: the most images a second. */
  THROUGHPUT,
  /** One worker that runs a stage with all threads: the shortest time of one image. */
  LATENCY,
  /** Measured at start: throughput, unless latency costs hardly any of it. */
  AUTO
}
