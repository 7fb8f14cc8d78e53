package ai.dvt.server.cli;

import ai.dvt.server.evaluation.recording.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** A line with a bar, the rate and the time left: drawn again on a terminal, else now and then. */
final class ProgressBar implements Progress {
  private static final int WIDTH = 24;
  private static final Duration ON_TERMINAL = Duration.ofMillis(200);
  private static final Duration IN_LOG = Duration.ofSeconds(10);

  private final String title;
  private final String unit;
  private final PrintWriter err;
  private final boolean terminal;
  private final long start = System.nanoTime();
  private long drawn = start;
  private boolean open;

  ProgressBar(String title, String unit, PrintWriter err) {
    this.title = title;
    this.unit = unit;
    this.err = err;
    this.terminal = System.console() != null;
  }

  @Override
  public void at(int done, int kept, int total) {
    long now = System.nanoTime();
    Duration every = terminal ? ON_TERMINAL : IN_LOG;
    boolean last = done == total && open;
    if (!last && now - drawn < every.toNanos()) {
      return;
    }
    drawn = now;
    String line = line(done, kept, total, (now - start) / 1e9);
    if (terminal) {
      err.print("\r" + line + "\u001b[K");
      open = true;
      if (done == total) {
        err.println();
        open = false;
      }
    } else {
      err.println(line);
    }
    err.flush();
  }

  private String line(int done, int kept, int total, double seconds) {
    int filled = (int) ((long) WIDTH * done / Math.max(1, total));
    double rate = (done - kept) / Math.max(1e-9, seconds);
    String left = rate > 0 ? ", " + Math.round((total - done) / rate) + " s left" : "";
    return String.format(
        Locale.ROOT,
        "%s [%s%s] %,d of %,d, %s %s/s%s",
        title,
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        done,
        total,
        String.format(Locale.ROOT, rate < 10 ? "%.2f" : "%,.0f", rate),
        unit,
        left);
  }

  @Override
  public void note(String text) {
    if (open) {
      err.println();
      open = false;
    }
    err.println(text);
  }
}
