package ai.dvt.server.calls;

import io.grpc.Metadata;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** A call's name in logs and traces: the caller's, or one of ours. */
final class RequestId {
  static final Metadata.Key<String> KEY =
      Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

  /** What may stand in a log line. */
  private static final Pattern PLAIN = Pattern.compile("[\\x21-\\x7e]{1,128}");

  private RequestId() {}

  /** The id that the caller sent, if it is at most 128 visible characters, else a new one. */
  static String of(Metadata headers) {
    String sent = headers.get(KEY);
    return sent != null && PLAIN.matcher(sent).matches()
        ? sent
        : "%016x".formatted(ThreadLocalRandom.current().nextLong());
  }
}
