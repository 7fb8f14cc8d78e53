package ai.dvt.client.cli;

import ai.dvt.client.load.rounds.Comparison;
import java.io.PrintWriter;
import java.util.Locale;

/** Rounds done as a bar: drawn again on a terminal, else a line now and then. */
final class RoundsBar implements Comparison.Progress {
  private static final int WIDTH = 24;
  private static final long IN_LOG_NANOS = 10_000_000_000L;

  private final PrintWriter err;
  private final boolean terminal = System.console() != null;
  private final long start = System.nanoTime();
  private long drawn = start;

  RoundsBar(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void at(int done, int total, String what) {
    long now = System.nanoTime();
    if (!terminal && now - drawn < IN_LOG_NANOS) {
      return;
    }
    drawn = now;
    int filled = WIDTH * done / total;
    String left =
        done == 0
            ? ""
            : String.format(
                Locale.ROOT, ", %.0f s left", (now - start) / 1e9 / done * (total - done));
    String line =
        String.format(
            Locale.ROOT,
            "[%s%s] %d of %d rounds, %s%s",
            "#".repeat(filled),
            ".".repeat(WIDTH - filled),
            done,
            total,
            what,
            left);
    if (terminal) {
      err.print("\r" + line + "\u001b[K" + (done == total ? System.lineSeparator() : ""));
    } else {
      err.println(line);
    }
    err.flush();
  }
}
