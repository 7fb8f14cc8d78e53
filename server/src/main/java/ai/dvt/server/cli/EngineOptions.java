package ai.dvt.server.cli;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.Mode;
import ai.dvt.server.config.QueueLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** How stages run. */
final class EngineOptions {
  private final EngineLimits defaults = Defaults.engine();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that run stages (default: one a core).")
  private int workers = defaults.workers();

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "throughput: one-thread workers; latency: one worker with all threads; auto: measured"
              + " at start (default).")
  private Mode mode = defaults.mode();

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      converter = BatchConverter.class,
      description = "Most images in a run; auto: measured at start (default).")
  private OptionalInt maxBatch = defaults.maxBatch();

  @Option(
      names = "--max-queue-delay",
      paramLabel = "TIME[,TIME...]",
      split = ",",
      converter = DurationConverter.class,
      description =
          "How long a partial batch waits while a full one runs first, by stage, the last for all"
              + " further ones (default: twice the time of the stage's full batch).")
  private List<Duration> maxQueueDelays = defaults.maxQueueDelays();

  @Option(
      names = "--queue-rows",
      paramLabel = "N",
      description = "Admitted images (default: 1024).")
  private int queueRows = defaults.queue().rows();

  @Option(
      names = "--queue-bytes",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description =
          "Pictures and handed-over tensors of all admitted images"
              + " (default: half the heap's limit).")
  private long queueBytes = defaults.queue().bytes();

  @Option(
      names = "--client-key-header",
      paramLabel = "NAME",
      description =
          "Metadata that tells clients apart, who then take turns"
              + " (default: their addresses do).")
  private String clientKeyHeader;

  @Option(
      names = "--memory-limit",
      paramLabel = "SIZE",
      converter = BytesConverter.class,
      description =
          "What the process is to stay under, on Linux: lowers --queue-bytes, or refuses to"
              + " start; near it images come in one at a time (default: no limit).")
  private Long memoryLimit;

  EngineLimits limits() {
    return new EngineLimits(
        workers,
        mode,
        maxBatch,
        maxQueueDelays,
        new QueueLimits(
            queueRows,
            queueBytes,
            Optional.ofNullable(clientKeyHeader),
            memoryLimit == null ? OptionalLong.empty() : OptionalLong.of(memoryLimit)));
  }
}
