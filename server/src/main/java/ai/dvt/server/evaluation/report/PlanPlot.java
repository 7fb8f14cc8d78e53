package ai.dvt.server.evaluation.report;

import ai.dvt.server.engine.load.LoadLevel;
import ai.dvt.server.engine.load.LoadPlan;
import ai.dvt.server.evaluation.plan.ModelPlan;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler;

/** Expected accuracy at each arrival rate, and where a baseline would have collapsed. */
public final class PlanPlot {
  private PlanPlot() {}

  /**
   * A PNG picture.
   *
   * @throws IllegalArgumentException if the calibration gives no accuracy
   */
  public static byte[] png(ModelPlan model, Optional<ModelPlan> baseline) throws IOException {
    XYChart chart =
        PlotStyle.chart(
            "What load costs " + model.name(), "arriving images/s", "expected accuracy (%)");
    List<Double> accuracies = new ArrayList<>();
    steps(chart, model, 0, accuracies);
    baseline.ifPresent(other -> steps(chart, other, 1, accuracies));
    double low = accuracies.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double high = accuracies.stream().mapToDouble(Double::doubleValue).max().orElse(100);
    double margin = Math.max(0.5, (high - low) / 4);
    double bottom = Math.floor(low - margin);
    double top = Math.min(100, Math.ceil(high + margin));
    end(chart, "beyond it " + model.name() + " refuses", model.plan(), bottom, top, 0);
    baseline.ifPresent(
        other ->
            end(chart, "beyond it " + other.name() + " collapses", other.plan(), bottom, top, 1));
    chart.getStyler().setXAxisMin(0.0).setYAxisMin(bottom).setYAxisMax(top);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    return PlotStyle.png(chart);
  }

  private static void steps(XYChart chart, ModelPlan model, int number, List<Double> accuracies) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    double from = 0;
    for (LoadLevel level : model.plan().levels()) {
      if (level.point().accuracy().isEmpty()) {
        continue;
      }
      double accuracy = 100 * level.point().accuracy().getAsDouble();
      accuracies.add(accuracy);
      x.add(from);
      y.add(accuracy);
      x.add(level.imagesPerSecond());
      y.add(accuracy);
      from = level.imagesPerSecond();
    }
    if (x.isEmpty()) {
      if (number == 0) {
        throw new IllegalArgumentException(
            model.name() + ": no expected accuracy (expected: a calibration)");
      }
      return;
    }
    PlotStyle.line(chart, model.name(), values(x), values(y), number);
  }

  private static void end(
      XYChart chart, String name, LoadPlan plan, double bottom, double top, int number) {
    Color colour = PlotStyle.colour(number);
    PlotStyle.dashes(
        chart, name, new double[] {plan.peak(), plan.peak()}, new double[] {bottom, top}, colour);
  }

  private static double[] values(List<Double> list) {
    return list.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
