package ai.dvt.client.load.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How the plots look: 1400 pixels wide, readable, colours that differ for everybody. */
final class PlotStyle {
  /** Okabe and Ito's palette (2008). */
  private static final Color[] COLOURS = {
    new Color(0, 114, 178),
    new Color(213, 94, 0),
    new Color(0, 158, 115),
    new Color(204, 121, 167),
    new Color(230, 159, 0),
    new Color(86, 180, 233),
    new Color(90, 90, 90)
  };

  private PlotStyle() {}

  static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(1400)
            .height(720)
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
    style.setLegendPosition(Styler.LegendPosition.OutsideE);
    style.setLegendLayout(Styler.LegendLayout.Vertical);
    style.setLegendBorderColor(new Color(200, 200, 200));
    style.setXAxisDecimalPattern("0.###");
    style.setYAxisDecimalPattern("0.##");
    style.setChartPadding(16);
    style.setMarkerSize(9);
    style.setXAxisTickMarkSpacingHint(110);
    style.setYAxisTickMarkSpacingHint(60);
    return chart;
  }

  /** A line with a marker at every value. */
  static void line(XYChart chart, String name, double[] x, double[] y, int number) {
    series(chart, name, x, y, number).setLineStyle(new BasicStroke(2.5f));
  }

  /** The same with dashes. */
  static void dashes(XYChart chart, String name, double[] x, double[] y, int number) {
    series(chart, name, x, y, number)
        .setLineStyle(
            new BasicStroke(
                2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, new float[] {8f, 6f}, 0f));
  }

  /** Markers alone. */
  static void dots(XYChart chart, String name, double[] x, double[] y, int number) {
    series(chart, name, x, y, number).setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
  }

  private static XYSeries series(XYChart chart, String name, double[] x, double[] y, int number) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(COLOURS[number % COLOURS.length]);
    series.setLineColor(COLOURS[number % COLOURS.length]);
    return series;
  }

  static byte[] png(XYChart chart) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", png);
    return png.toByteArray();
  }
}
