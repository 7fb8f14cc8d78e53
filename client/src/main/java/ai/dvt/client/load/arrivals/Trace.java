package ai.dvt.client.load.arrivals;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Recorded arrivals, played again and again: every round starts at the beginning.
 *
 * @param seconds of every arrival since the start, ascending; the last one is also the trace's
 *     length
 */
public record Trace(List<Double> seconds) implements Arrivals {
  public Trace {
    seconds = List.copyOf(seconds);
    double before = 0;
    for (double time : seconds) {
      if (!(time >= before && Double.isFinite(time))) {
        throw new IllegalArgumentException(
            "trace: " + time + " after " + before + " (expected: seconds that never fall)");
      }
      before = time;
    }
    if (seconds.isEmpty() || before == 0) {
      throw new IllegalArgumentException("trace: no time (expected: arrivals after 0 s)");
    }
  }

  /**
   * Reads a file with one arrival a line, in seconds since the start; what follows a comma, empty
   * lines and lines that start with {@code #} are left out.
   */
  public static Trace read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (MalformedInputException e) {
      throw new IOException(file + ": not UTF-8 (expected: one number of seconds a line)");
    }
    DoubleStream.Builder times = DoubleStream.builder();
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).split(",", 2)[0].strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      try {
        times.add(Double.parseDouble(text));
      } catch (NumberFormatException e) {
        throw new IOException(
            file + ":" + (i + 1) + ": \"" + text + "\" (expected: a number of seconds)");
      }
    }
    try {
      return new Trace(times.build().boxed().toList());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage());
    }
  }

  /** Images a second over the trace's length. */
  public double rate() {
    return seconds.size() / length();
  }

  /** The same shape at another rate, in images a second; as recorded if empty. */
  public Trace at(OptionalDouble rate) {
    if (rate.isEmpty()) {
      return this;
    }
    double factor = rate() / rate.getAsDouble();
    return new Trace(seconds.stream().map(time -> time * factor).toList());
  }

  private double length() {
    return seconds.get(seconds.size() - 1);
  }

  @Override
  public long[] draw(Duration length, long seed) {
    LongStream.Builder times = LongStream.builder();
    double end = length.toNanos() / 1e9;
    for (double start = 0; start < end; start += length()) {
      for (double time : seconds) {
        if (start + time < end) {
          times.add((long) ((start + time) * 1e9));
        }
      }
    }
    return times.build().toArray();
  }
}
