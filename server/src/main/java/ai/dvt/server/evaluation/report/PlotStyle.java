package ai.dvt.server.evaluation.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How all plots look: 1200 pixels wide, readable, colours that differ for everybody. */
final class PlotStyle {
  /** Okabe and Ito's palette (2008), then three more. */
  private static final Color[] COLOURS = {
    new Color(0, 114, 178),
    new Color(213, 94, 0),
    new Color(0, 158, 115),
    new Color(204, 121, 167),
    new Color(230, 159, 0),
    new Color(86, 180, 233),
    new Color(90, 90, 90),
    new Color(128, 64, 160),
    new Color(150, 75, 40),
    new Color(120, 150, 20)
  };

  private static final int WIDTH = 1200;
  private static final int HEIGHT = 720;
  private static final int LEGEND_ROW = 32;

  /** More entries of a legend hide what they stand on. */
  private static final int MOST_INSIDE = 2;

  private PlotStyle() {}

  static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    var style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(new Color(225, 225, 225));
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 24));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 20));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 17));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 17));
    style.setLegendPosition(Styler.LegendPosition.InsideSE);
    style.setLegendBorderColor(new Color(200, 200, 200));
    style.setXAxisDecimalPattern("0.###");
    style.setYAxisDecimalPattern("0.##");
    style.setChartPadding(16);
    style.setMarkerSize(9);
    style.setXAxisTickMarkSpacingHint(110);
    style.setYAxisTickMarkSpacingHint(60);
    return chart;
  }

  static Color colour(int number) {
    return COLOURS[number % COLOURS.length];
  }

  /** A line with a marker at every value. */
  static void line(XYChart chart, String name, double[] x, double[] y, int number) {
    line(chart, name, x, y, number, SeriesMarkers.CIRCLE);
  }

  static void line(XYChart chart, String name, double[] x, double[] y, int number, Marker marker) {
    series(chart, name, x, y, number, marker).setLineStyle(new BasicStroke(2.5f));
  }

  /** Puts a legend of many entries under the plot. */
  static void legendBelow(XYChart chart) {
    if (entries(chart) > MOST_INSIDE
        && chart.getStyler().getLegendPosition() != Styler.LegendPosition.OutsideE) {
      chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
      chart.getStyler().setLegendLayout(Styler.LegendLayout.Vertical);
    }
  }

  private static int entries(XYChart chart) {
    return (int) chart.getSeriesCollection().stream().filter(XYSeries::isShowInLegend).count();
  }

  /** A line of dashes without markers. */
  static void dashes(XYChart chart, String name, double[] x, double[] y, Color colour) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(colour);
    series.setLineStyle(
        new BasicStroke(
            2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, new float[] {8f, 6f}, 0f));
  }

  /** Markers alone. */
  static void markers(
      XYChart chart, String name, double[] x, double[] y, int number, Marker marker) {
    series(chart, name, x, y, number, marker)
        .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
  }

  /** Markers that the legend does not name. */
  static void unnamedMarkers(
      XYChart chart, String name, double[] x, double[] y, int number, Marker marker) {
    XYSeries series = series(chart, name, x, y, number, marker);
    series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    series.setShowInLegend(false);
  }

  private static XYSeries series(
      XYChart chart, String name, double[] x, double[] y, int number, Marker marker) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setMarker(marker);
    series.setMarkerColor(colour(number));
    series.setLineColor(colour(number));
    return series;
  }

  /** A PNG picture; a legend under the plot makes it higher. */
  static byte[] png(XYChart chart) throws IOException {
    boolean below = chart.getStyler().getLegendPosition() == Styler.LegendPosition.OutsideS;
    int height = HEIGHT + (below ? LEGEND_ROW * entries(chart) : 0);
    BufferedImage picture = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    chart.paint(graphics, WIDTH, height);
    graphics.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", png);
    return png.toByteArray();
  }
}
