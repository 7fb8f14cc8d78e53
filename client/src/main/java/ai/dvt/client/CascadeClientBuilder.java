package ai.dvt.client;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a {@link CascadeClient} is made from. */
public final class CascadeClientBuilder {
  static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(1);
  private static final Pattern TARGET =
      Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[^:/\\s]+):(\\d{1,5})");

  private final String target;
  private Duration deadline = DEFAULT_DEADLINE;

  CascadeClientBuilder(String target) {
    Matcher matcher = TARGET.matcher(target);
    if (!matcher.matches()
        || Integer.parseInt(matcher.group(2)) < 1
        || Integer.parseInt(matcher.group(2)) > 65535) {
      throw new IllegalArgumentException(
          "server: \"" + target + "\" (expected: host:port, e.g. 127.0.0.1:8500)");
    }
    this.target = target;
  }

  /** The deadline of single calls whose options name none; a minute unless set. */
  public CascadeClientBuilder deadline(Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("deadline: " + value + " (expected: > 0)");
    }
    this.deadline = value;
    return this;
  }

  /** The client; it connects at the first call. */
  public CascadeClient build() {
    return new CascadeClient(
        Grpc.newChannelBuilder("dns:///" + target, InsecureChannelCredentials.create()).build(),
        deadline);
  }
}
