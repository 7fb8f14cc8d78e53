package ai.dvt.server.calls;

import io.grpc.MethodDescriptor.MethodType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** One line for every call at debug; a warning for a slow one. */
final class RequestLog {
  private static final Logger LOG = LoggerFactory.getLogger("ai.dvt.server.request");

  private final Optional<Duration> slow;

  RequestLog(Optional<Duration> slow) {
    this.slow = slow;
  }

  /** Whether a call could be worth a line. */
  boolean listens() {
    return slow.isPresent() || LOG.isDebugEnabled();
  }

  /**
   * @param type a stream is never slow: its client decides how long it lives
   */
  void tell(EndedCall call, MethodType type) {
    Duration took = Duration.ofNanos(call.endNanos() - call.startNanos());
    boolean late = type == MethodType.UNARY && slow.isPresent() && took.compareTo(slow.get()) >= 0;
    if (late) {
      write(LOG.atLevel(Level.WARN), call, took).log("slow request");
    } else if (LOG.isDebugEnabled()) {
      write(LOG.atDebug(), call, took).log("request");
    }
  }

  /** E.g. {@code 1:8,2:12}: images by exit. */
  private static String text(Map<Integer, Integer> exits) {
    return exits.entrySet().stream()
        .map(entry -> entry.getKey() + ":" + entry.getValue())
        .collect(Collectors.joining(","));
  }

  private static LoggingEventBuilder write(
      LoggingEventBuilder line, EndedCall call, Duration took) {
    LoggingEventBuilder written =
        line.addKeyValue("id", call.id())
            .addKeyValue("method", call.method())
            .addKeyValue("status", call.status().getCode().name())
            .addKeyValue("millis", Math.round(took.toNanos() / 1e4) / 100.0);
    if (call.images() == 0) {
      return written;
    }
    Map<Integer, Integer> exits = new TreeMap<>();
    long queueNanos = 0;
    long computeNanos = 0;
    for (ToldImage image : call.told()) {
      if (image.answered()) {
        exits.merge(image.exit(), 1, Integer::sum);
        queueNanos += image.passed().stream().mapToLong(p -> p.exit().queueTime().toNanos()).sum();
        computeNanos +=
            image.passed().stream().mapToLong(p -> p.exit().computeTime().toNanos()).sum();
      }
    }
    int told = call.told().size();
    return written
        .addKeyValue("model", call.told().get(0).order().model().cascade().name())
        .addKeyValue("images", call.images())
        .addKeyValue("exits", text(exits))
        .addKeyValue("queueMillis", Math.round(queueNanos / 1e4 / told) / 100.0)
        .addKeyValue("computeMillis", Math.round(computeNanos / 1e4 / told) / 100.0);
  }
}
