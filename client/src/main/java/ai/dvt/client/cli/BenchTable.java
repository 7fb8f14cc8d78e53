package ai.dvt.client.cli;

import ai.dvt.client.load.figures.DeadlineCounts;
import ai.dvt.client.load.figures.MedianInterval;
import ai.dvt.client.load.figures.Parts;
import ai.dvt.client.load.figures.SideFigures;
import ai.dvt.client.load.report.Extras;
import ai.dvt.client.load.rounds.Comparison.Result;
import ai.dvt.client.load.rounds.Setting;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What {@code bench} measured, for people. */
final class BenchTable {
  private BenchTable() {}

  static void print(List<Result> results, Extras extras, PrintWriter out) {
    TextTable table =
        new TextTable(
            "",
            "load",
            "images/s",
            "goodput",
            "p50 ms",
            "p99 ms",
            "accuracy",
            "exits",
            "errors",
            "CPU ms");
    for (Result result : results) {
      row(table, "A", result.setting(), result.a());
      result.b().ifPresent(b -> row(table, "B", result.setting(), b));
    }
    table.print(out);
    for (Result result : results) {
      result.ratio().ifPresent(ratio -> out.println(load(result.setting()) + ": " + line(ratio)));
      more("A", result.a(), extras, out);
      result.b().ifPresent(b -> more("B", b, extras, out));
    }
  }

  private static void row(TextTable table, String name, Setting setting, SideFigures side) {
    table.row(
        name,
        load(setting),
        text("%.1f", side.imagesPerSecond()),
        text("%.1f", side.goodput()),
        text("%.1f", side.p50Millis()),
        text("%.1f", side.p99Millis()),
        text("%.4f", side.accuracy()),
        side.exitShares().stream().map(s -> text("%.2f", s)).collect(Collectors.joining("/")),
        Long.toString(side.errorCount()),
        side.cpuSecondsPerImage().isPresent()
            ? text("%.2f", side.cpuSecondsPerImage().getAsDouble() * 1e3)
            : "");
  }

  private static String load(Setting setting) {
    StringBuilder text = new StringBuilder();
    setting.concurrency().ifPresent(c -> text.append("concurrency ").append(c));
    setting.arrivalsName().ifPresent(text::append);
    setting.rate().ifPresent(r -> text.append(' ').append(text("%.4g", r)).append("/s"));
    setting.point().ifPresent(p -> text.append(" at ").append(p));
    return text.toString();
  }

  private static String line(MedianInterval ratio) {
    return String.format(
        Locale.ROOT,
        "A over B %.3f, %s interval %.3f to %.3f, %d rounds",
        ratio.median(),
        ratio.sure() ? "95 %" : text("only a %.0f %%", 100 * ratio.coverage()),
        ratio.lo(),
        ratio.hi(),
        ratio.values());
  }

  private static void more(String name, SideFigures side, Extras extras, PrintWriter out) {
    side.errors().forEach((code, count) -> out.println(name + ": " + code + " " + count));
    if (extras.deadlines()) {
      DeadlineCounts counts = side.deadlines();
      out.printf(
          Locale.ROOT,
          "%s: cut short by the deadline: %d answers, %s in time; %d refused, %d late%n",
          name,
          counts.answers(),
          counts.inTime().isPresent() ? text("%.2f %%", 100 * counts.inTime().getAsDouble()) : "-",
          counts.refused(),
          counts.late());
    }
    if (extras.parts()) {
      out.printf(
          "%s: p50 ms in stages %s, waiting for them %s, beside %s%n",
          name,
          text("%.2f", Parts.medianMillis(side.parts().stages())),
          text("%.2f", Parts.medianMillis(side.parts().queues())),
          text("%.2f", Parts.medianMillis(side.parts().beside())));
    }
  }

  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static String text(String format, OptionalDouble value) {
    return value.isPresent() ? text(format, value.getAsDouble()) : "";
  }
}
