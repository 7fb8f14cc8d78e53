package ai.dvt.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.calls.CallWatcher;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The lines that calls leave in the log. */
@Timeout(60)
class RequestLogTest {
  @TempDir Path models;

  private final BlockingQueue<ILoggingEvent> lines = new LinkedBlockingQueue<>();
  private final Logger log = (Logger) LoggerFactory.getLogger("ai.dvt.server.request");
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
          lines.add(line);
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    log.addAppender(appender);
    log.setAdditive(false);
  }

  @AfterEach
  void leave() {
    log.detachAppender(appender);
    log.setAdditive(true);
    log.setLevel(null);
  }

  private static ClassifyRequest request() {
    ClassifyRequest.Builder request =
        ClassifyRequest.newBuilder()
            .setModel(ToyServer.TOY)
            .setPolicy(Policies.toMessage(ExitPolicy.parse("confidence>=0.9,0.9")));
    for (int exit : new int[] {1, 1, 3}) {
      request.addImages(ToyServer.picture(exit, 1));
    }
    return request.build();
  }

  private Map<String, Object> next(Level level, String message) throws InterruptedException {
    ILoggingEvent line = lines.poll(30, TimeUnit.SECONDS);
    assertThat(line).isNotNull();
    assertThat(line.getLevel()).isEqualTo(level);
    assertThat(line.getMessage()).isEqualTo(message);
    Map<String, Object> told = new HashMap<>();
    line.getKeyValuePairs().forEach(pair -> told.put(pair.key, pair.value));
    return told;
  }

  @Test
  void a_call_leaves_one_line_at_debug_with_its_exits() throws Exception {
    log.setLevel(Level.DEBUG);
    try (ToyServer toy = ToyServer.start(models)) {
      toy.stub().classify(request());
      assertThat(next(Level.DEBUG, "request"))
          .containsEntry("method", "cascade.v1.CascadeService/Classify")
          .containsEntry("status", "OK")
          .containsEntry("model", "toy/1")
          .containsEntry("images", 3)
          .containsEntry("exits", "1:2,3:1")
          .containsKeys("id", "millis", "queueMillis", "computeMillis");
    }
    assertThat(lines).isEmpty();
  }

  @Test
  void a_slow_unary_call_is_warned_of_and_others_leave_no_line_at_info(@TempDir Path others)
      throws Exception {
    log.setLevel(Level.INFO);
    CallWatcher all = CallWatcher.of(Optional.empty(), Optional.of(Duration.ofNanos(1)));
    try (ToyServer toy = ToyServer.around(CascadeServer.start(ToyServer.config(models), all))) {
      toy.stub().classify(request());
      assertThat(next(Level.WARN, "slow request")).containsEntry("exits", "1:2,3:1");
    }
    CallWatcher none = CallWatcher.of(Optional.empty(), Optional.of(Duration.ofHours(1)));
    try (ToyServer toy = ToyServer.around(CascadeServer.start(ToyServer.config(others), none))) {
      toy.stub().classify(request());
    }
    assertThat(lines).isEmpty();
  }
}
