package ai.dvt.client.load.report;

import ai.dvt.client.load.figures.Round;
import ai.dvt.client.load.figures.SideFigures;
import ai.dvt.client.load.rounds.Comparison.Result;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a comparison measured as CSV: a line a setting and side, followed by those of its rounds.
 */
final class BenchCsv {
  private static final String HEADER =
      "concurrency,arrivals,rate,point,side,round,imagesPerSecond,goodput,p50Millis,p99Millis,"
          + "accuracy,exitShares,errors,cpuSecondsPerImage,joulesPerImage";

  private BenchCsv() {}

  static String of(List<Result> results) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (Result result : results) {
      side(text, result, "a", result.a(), result.roundsA());
      result.b().ifPresent(b -> side(text, result, "b", b, result.roundsB()));
    }
    return text.toString();
  }

  private static void side(
      StringBuilder text, Result result, String side, SideFigures figures, List<Round> rounds) {
    line(text, result, side, "all", figures);
    for (int round = 0; round < rounds.size(); round++) {
      line(text, result, side, "" + (round + 1), SideFigures.of(List.of(rounds.get(round))));
    }
  }

  private static void line(
      StringBuilder text, Result result, String side, String round, SideFigures figures) {
    String concurrency =
        result.setting().concurrency().isPresent()
            ? "" + result.setting().concurrency().getAsInt()
            : "";
    List<String> cells =
        List.of(
            concurrency,
            result.setting().arrivalsName().orElse(""),
            number(result.setting().rate()),
            quoted(result.setting().point().orElse("")),
            side,
            round,
            "" + figures.imagesPerSecond(),
            "" + figures.goodput(),
            number(figures.p50Millis()),
            number(figures.p99Millis()),
            number(figures.accuracy()),
            String.join("/", figures.exitShares().stream().map(String::valueOf).toList()),
            "" + figures.errorCount(),
            number(figures.cpuSecondsPerImage()),
            number(figures.joulesPerImage()));
    text.append(String.join(",", cells)).append('\n');
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? "" + value.getAsDouble() : "";
  }

  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9._-]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
