package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.evaluation.replay.CriteriaComparison;
import ai.dvt.server.evaluation.replay.PointResult;
import ai.dvt.server.evaluation.replay.Reliability;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The paper's plots (DVT, Figures 6 to 10, Table 9) of a report. */
public final class Plots {
  private static final String COST = "average cost of a picture (GFLOPs, 1e9 multiply-adds)";
  private static final String ACCURACY = "accuracy (%)";

  /** Fewer say nothing. */
  private static final int FEWEST_IN_A_BIN = 10;

  private final EvaluationReport report;
  private final List<Figure> figures = new ArrayList<>();

  private Plots(EvaluationReport report) {
    this.report = report;
  }

  /** Draws all plots that the report has numbers for. */
  public static List<Figure> of(EvaluationReport report) throws IOException {
    Plots plots = new Plots(report);
    plots.accuracyOverCost();
    plots.accuracyOverSpeed();
    for (RecordedModel model : report.models()) {
      if (model.cascade()) {
        plots.exitsOverBudget(model);
        plots.criteria(model);
      }
      plots.reliability(model);
    }
    return plots.figures;
  }

  private void accuracyOverCost() throws IOException {
    XYChart chart = PlotStyle.chart("Accuracy against cost", COST, ACCURACY);
    for (int i = 0; i < report.models().size(); i++) {
      RecordedModel model = report.models().get(i);
      List<PointResult> points = List.copyOf(model.curve().values());
      double[] x = values(points, PointResult::gflops);
      double[] y = values(points, point -> 100 * point.accuracy());
      series(chart, model, x, y, i);
      if (model.cascade()) {
        exitMarkers(chart, model, i);
      }
    }
    add(
        "accuracy-cost",
        chart,
        "Every operating point of every model, replayed on "
            + report.data()
            + ". A line joins a model's points from cheap to dear. Squares: every picture answered"
            + " at this exit.");
  }

  /** A model's points, named after the model and its family. */
  private static void series(
      XYChart chart, RecordedModel model, double[] x, double[] y, int number) {
    String name = model.name() + " (" + model.family().name() + ")";
    if (x.length > 1) {
      PlotStyle.line(chart, name, x, y, number, model.family().marker());
    } else {
      PlotStyle.markers(chart, name, x, y, number, model.family().marker());
    }
  }

  private static void exitMarkers(XYChart chart, RecordedModel model, int number) {
    List<PointResult> exits = new ArrayList<>();
    for (RecordedSetting setting : model.settings()) {
      for (int exit = 1; exit <= setting.setting().exits(); exit++) {
        exits.add(
            PointResult.of(
                setting.records(), setting.setting().bind(ExitPolicy.parse("last; stop=" + exit))));
      }
    }
    PlotStyle.unnamedMarkers(
        chart,
        model.name() + ", exits alone",
        values(exits, PointResult::gflops),
        values(exits, result -> 100 * result.accuracy()),
        number,
        SeriesMarkers.SQUARE);
  }

  private void accuracyOverSpeed() throws IOException {
    XYChart chart =
        PlotStyle.chart(
            "Accuracy against throughput", "measured throughput (pictures/s)", ACCURACY);
    boolean any = false;
    for (int i = 0; i < report.models().size(); i++) {
      RecordedModel model = report.models().get(i);
      List<double[]> measured = new ArrayList<>();
      report
          .results(model)
          .forEach(
              (point, result) ->
                  report
                      .speed(model, point)
                      .ifPresent(
                          speed -> measured.add(new double[] {speed, 100 * result.accuracy()})));
      if (measured.isEmpty()) {
        continue;
      }
      any = true;
      double[] x = measured.stream().mapToDouble(one -> one[0]).toArray();
      double[] y = measured.stream().mapToDouble(one -> one[1]).toArray();
      series(chart, model, x, y, i);
    }
    chart.getStyler().setXAxisMin(0.0);
    if (any) {
      add(
          "accuracy-throughput",
          chart,
          "Picture files through the server's engine on this machine, decoding and resizing"
              + " included, the network not; a line joins a cascade's points from cheap to dear.");
    }
  }

  private void exitsOverBudget(RecordedModel model) throws IOException {
    List<PointResult> points =
        model.curve().values().stream()
            .sorted(Comparator.comparingDouble(PointResult::gflops))
            .toList();
    if (points.size() < 2) {
      return;
    }
    XYChart chart =
        PlotStyle.chart("Where " + model.name() + " answers", COST, "share of pictures (%)");
    int exits = points.get(0).exitShares().size();
    for (int exit = exits; exit >= 1; exit--) {
      int upTo = exit;
      XYSeries series =
          chart.addSeries(
              "exit " + exit + " (" + model.first().setting().stageNames().get(exit - 1) + ")",
              values(points, PointResult::gflops),
              values(
                  points,
                  point ->
                      100
                          * point.exitShares().subList(0, upTo).stream()
                              .mapToDouble(Double::doubleValue)
                              .sum()));
      series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Area);
      series.setMarker(SeriesMarkers.NONE);
      series.setFillColor(PlotStyle.colour(exit - 1));
      series.setLineColor(PlotStyle.colour(exit - 1));
    }
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(100.0);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    add(
        "exits-" + model.name(),
        chart,
        "Share of pictures answered at each exit, by the average cost of the operating point.");
  }

  private void criteria(RecordedModel model) throws IOException {
    XYChart chart =
        PlotStyle.chart("What decides who leaves early, " + model.name(), COST, ACCURACY);
    ExitRecords records = model.first().records();
    ExitRecords chosen = model.first().calibrations().values().stream().findFirst().orElse(records);
    int number = 0;
    for (Map.Entry<String, List<CriteriaComparison.Step>> entry :
        CriteriaComparison.of(chosen, records, model.first().setting().gflops()).entrySet()) {
      PlotStyle.line(
          chart,
          entry.getKey(),
          values(entry.getValue(), CriteriaComparison.Step::gflops),
          values(entry.getValue(), step -> 100 * step.accuracy()),
          number++);
    }
    add(
        "criteria-" + model.name(),
        chart,
        "At every exit the same share of those that reach it leaves, by each criterion or by lot;"
            + " thresholds from the "
            + (chosen == records ? "same" : "calibration's")
            + " pictures, without their labels.");
  }

  private void reliability(RecordedModel model) throws IOException {
    XYChart chart =
        PlotStyle.chart(
            "How far to trust " + model.name(), "confidence of the exit (%)", "answered right (%)");
    PlotStyle.dashes(
        chart, "confidence = accuracy", new double[] {0, 100}, new double[] {0, 100}, Color.GRAY);
    int number = 0;
    // A cascade has exits enough to look at in one setting.
    for (RecordedSetting setting : model.cascade() ? List.of(model.first()) : model.settings()) {
      String of = setting.setting().setting();
      for (int exit = 1; exit <= setting.setting().exits(); exit++) {
        List<Reliability.Bin> bins =
            Reliability.of(setting.records(), exit).bins().stream()
                .filter(bin -> bin.pictures() >= FEWEST_IN_A_BIN)
                .toList();
        if (!bins.isEmpty()) {
          PlotStyle.line(
              chart,
              (of.isEmpty() ? "" : of + ", ")
                  + "exit "
                  + exit
                  + " ("
                  + setting.setting().stageNames().get(exit - 1)
                  + ")",
              values(bins, bin -> 100 * bin.confidence()),
              values(bins, bin -> 100 * bin.accuracy()),
              number);
        }
        number++;
      }
    }
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(100.0).setYAxisMin(0.0).setYAxisMax(100.0);
    add(
        "reliability-" + model.name(),
        chart,
        "Pictures in 15 bins of equal width by confidence, bins of fewer than "
            + FEWEST_IN_A_BIN
            + " left out; above the dashes an exit is better than"
            + " it says.");
  }

  private void add(String name, XYChart chart, String caption) throws IOException {
    PlotStyle.legendBelow(chart);
    figures.add(
        new Figure(
            name.replaceAll("[^A-Za-z0-9._-]", "-"),
            chart.getTitle(),
            caption,
            PlotStyle.png(chart)));
  }

  private static <T> double[] values(List<T> items, ToDoubleFunction<T> value) {
    return items.stream().mapToDouble(value).toArray();
  }
}
