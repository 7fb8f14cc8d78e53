package ai.dvt.client.load.report;

import ai.dvt.client.load.figures.SideFigures;
import ai.dvt.client.load.rounds.Comparison.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;

/** Throughput and latency against load, accuracy against throughput. */
final class BenchPlots {
  /** Beyond this range an axis is logarithmic; decades alone have labels there. */
  private static final double MANY_FOLD = 100;

  /** A plot's place of one side at one setting. */
  private record Dot(double x, double y) {}

  private final List<Result> results;
  private final String nameA;
  private final String nameB;
  private final List<EarlierBench> earlier;
  private final boolean open;

  /**
   * @param nameA of the side, for the legend
   * @param earlier drawn beside in accuracy against throughput
   */
  BenchPlots(List<Result> results, String nameA, String nameB, List<EarlierBench> earlier) {
    this.results = results;
    this.earlier = List.copyOf(earlier);
    this.nameA = "A: " + nameA;
    this.nameB = "B: " + nameB;
    this.open = results.get(0).setting().arrivals().isPresent();
  }

  /** The plots that there are numbers for, PNG files by name. */
  Map<String, byte[]> all() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    long loads =
        results.stream().map(r -> r.setting().load()).filter(l -> l.isPresent()).distinct().count();
    if (loads > 1) {
      files.put("throughput-load.png", throughput());
      files.put("latency-load.png", latency());
    }
    if (results.stream().anyMatch(r -> r.a().accuracy().isPresent())) {
      files.put("accuracy-throughput.png", accuracy());
    }
    return files;
  }

  private String loadTitle() {
    return open
        ? "offered load (images/s, " + results.get(0).setting().arrivalsName().orElse("") + ")"
        : "images on the way (closed loop)";
  }

  private byte[] throughput() throws IOException {
    XYChart chart = PlotStyle.chart("Throughput against load", loadTitle(), "images/s");
    int colour = 0;
    for (Map.Entry<String, List<Dot>> line : overLoad(SideFigures::imagesPerSecond).entrySet()) {
      PlotStyle.line(chart, line.getKey(), x(line), y(line), colour++);
    }
    if (open) {
      colour = 0;
      for (Map.Entry<String, List<Dot>> line : overLoad(SideFigures::goodput).entrySet()) {
        PlotStyle.dashes(chart, line.getKey() + ", in time", x(line), y(line), colour++);
      }
    }
    chart.getStyler().setYAxisMin(0.0).setXAxisMin(0.0);
    return PlotStyle.png(chart);
  }

  private byte[] latency() throws IOException {
    XYChart chart = PlotStyle.chart("Latency against load", loadTitle(), "latency (ms)");
    double least = results.stream().mapToDouble(r -> r.a().p50Millis().orElse(1)).min().orElse(1);
    double most = results.stream().mapToDouble(r -> r.a().p99Millis().orElse(1)).max().orElse(1);
    if (most > MANY_FOLD * least) {
      chart.getStyler().setYAxisLogarithmic(true);
    } else {
      chart.getStyler().setYAxisMin(0.0);
    }
    int colour = 0;
    for (Map.Entry<String, List<Dot>> line :
        overLoad(side -> side.p50Millis().orElse(Double.NaN)).entrySet()) {
      PlotStyle.line(chart, line.getKey() + ", p50", x(line), y(line), colour++);
    }
    colour = 0;
    for (Map.Entry<String, List<Dot>> line :
        overLoad(side -> side.p99Millis().orElse(Double.NaN)).entrySet()) {
      PlotStyle.dashes(chart, line.getKey() + ", p99", x(line), y(line), colour++);
    }
    chart.getStyler().setXAxisMin(0.0);
    return PlotStyle.png(chart);
  }

  private byte[] accuracy() throws IOException {
    XYChart chart =
        PlotStyle.chart("Accuracy against throughput", "throughput (images/s)", "accuracy (%)");
    int colour = 0;
    for (Map.Entry<String, Function<Result, Optional<SideFigures>>> side : sides().entrySet()) {
      List<Dot> dots = new ArrayList<>();
      for (Result result : results) {
        side.getValue()
            .apply(result)
            .filter(figures -> figures.accuracy().isPresent())
            .ifPresent(
                figures ->
                    dots.add(
                        new Dot(
                            figures.imagesPerSecond(), 100 * figures.accuracy().getAsDouble())));
      }
      if (!dots.isEmpty()) {
        PlotStyle.dots(
            chart,
            side.getKey(),
            dots.stream().mapToDouble(Dot::x).toArray(),
            dots.stream().mapToDouble(Dot::y).toArray(),
            colour);
      }
      colour++;
    }
    for (EarlierBench bench : earlier) {
      for (Map.Entry<String, List<double[]>> model : bench.byModel().entrySet()) {
        String name = model.getKey();
        for (int copy = 2; names(chart).contains(name); copy++) {
          name = model.getKey() + " (" + copy + ")";
        }
        PlotStyle.dots(
            chart,
            name,
            model.getValue().stream().mapToDouble(dot -> dot[0]).toArray(),
            model.getValue().stream().mapToDouble(dot -> dot[1]).toArray(),
            colour++);
      }
    }
    chart.getStyler().setXAxisMin(0.0);
    return PlotStyle.png(chart);
  }

  private static Set<String> names(XYChart chart) {
    return chart.getSeriesCollection().stream()
        .map(series -> series.getName())
        .collect(Collectors.toSet());
  }

  private Map<String, Function<Result, Optional<SideFigures>>> sides() {
    Map<String, Function<Result, Optional<SideFigures>>> sides = new LinkedHashMap<>();
    sides.put(nameA, result -> Optional.of(result.a()));
    sides.put(nameB, Result::b);
    return sides;
  }

  /** A line a side and point of A, by the load; B's rounds beside A's points are one more line. */
  private Map<String, List<Dot>> overLoad(ToDoubleFunction<SideFigures> value) {
    Set<Optional<String>> points = new LinkedHashSet<>();
    results.forEach(result -> points.add(result.setting().point()));
    Map<String, List<Dot>> lines = new LinkedHashMap<>();
    for (Map.Entry<String, Function<Result, Optional<SideFigures>>> side : sides().entrySet()) {
      for (Optional<String> point : points) {
        String name =
            side.getKey()
                + point
                    .map(p -> (side.getKey().equals(nameA) ? " at " : " beside ") + p)
                    .orElse("");
        for (Result result : results) {
          if (result.setting().point().equals(point) && result.setting().load().isPresent()) {
            side.getValue()
                .apply(result)
                .map(value::applyAsDouble)
                .filter(Double::isFinite)
                .ifPresent(
                    y ->
                        lines
                            .computeIfAbsent(name, none -> new ArrayList<>())
                            .add(new Dot(result.setting().load().getAsDouble(), y)));
          }
        }
      }
    }
    return lines;
  }

  private static double[] x(Map.Entry<String, List<Dot>> line) {
    return line.getValue().stream().mapToDouble(Dot::x).toArray();
  }

  private static double[] y(Map.Entry<String, List<Dot>> line) {
    return line.getValue().stream().mapToDouble(Dot::y).toArray();
  }
}
