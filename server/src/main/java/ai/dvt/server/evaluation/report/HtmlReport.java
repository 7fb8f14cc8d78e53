package ai.dvt.server.evaluation.report;

import java.util.Base64;
import java.util.List;

/** The report as one page that needs nothing beside it. */
final class HtmlReport {
  private static final String STYLE =
      """
      body { font: 16px/1.5 sans-serif; max-width: 1200px; margin: 2em auto; padding: 0 1em; \
      color: #222; }
      h1, h2 { line-height: 1.2; }
      figure { margin: 2em 0; }
      figure > img { width: 100%; }
      figcaption { color: #555; }
      table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 14px; }
      th, td { border-bottom: 1px solid #ddd; padding: 4px 10px; text-align: left; \
      white-space: nowrap; }
      .lead { font-size: 18px; }
      .shown { display: inline-block; margin: 4px; text-align: center; font-size: 13px; \
      vertical-align: top; width: 132px; }
      .shown img { width: 128px; height: 128px; object-fit: cover; }
      """;

  private HtmlReport() {}

  static String of(EvaluationReport report, List<Figure> figures, List<ShownPictures> shown) {
    ReportTables tables = new ReportTables(report);
    StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<head>\n");
    html.append("<meta charset=\"utf-8\">\n<title>Evaluation on ")
        .append(escaped(report.data()))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n</head>\n<body>\n<h1>Evaluation on ")
        .append(escaped(report.data()))
        .append("</h1>\n");
    tables
        .sentences()
        .forEach(line -> html.append("<p class=\"lead\">").append(escaped(line)).append("</p>\n"));
    figures.forEach(figure -> html.append(figure(figure)));
    shown.forEach(pictures -> html.append(shown(pictures)));
    tables.tables().forEach(table -> html.append(table(table)));
    return html.append("</body>\n</html>\n").toString();
  }

  private static String figure(Figure figure) {
    return "<figure>\n<h2>"
        + escaped(figure.title())
        + "</h2>\n"
        + image("image/png", figure.png(), figure.title())
        + "\n<figcaption>"
        + escaped(figure.caption())
        + "</figcaption>\n</figure>\n";
  }

  private static String shown(ShownPictures pictures) {
    StringBuilder html = new StringBuilder("<h2>" + escaped(pictures.title()) + "</h2>\n<p>");
    html.append(escaped(pictures.caption())).append("</p>\n<div>\n");
    for (ShownPictures.Shown picture : pictures.pictures()) {
      html.append("<div class=\"shown\">")
          .append(image("image/png", picture.png(), picture.label()))
          .append("<br>")
          .append(escaped(picture.label()))
          .append("<br>")
          .append(escaped(picture.said()))
          .append("</div>\n");
    }
    return html.append("</div>\n").toString();
  }

  private static String table(ReportTable table) {
    StringBuilder html = new StringBuilder("<h2>" + escaped(table.title()) + "</h2>\n<p>");
    html.append(escaped(table.text())).append("</p>\n<table>\n");
    for (int row = 0; row < table.rows().size(); row++) {
      String cell = row == 0 ? "th" : "td";
      html.append("<tr>");
      for (String text : table.rows().get(row)) {
        html.append('<').append(cell).append('>').append(escaped(text)).append("</" + cell + ">");
      }
      html.append("</tr>\n");
    }
    return html.append("</table>\n").toString();
  }

  private static String image(String type, byte[] bytes, String alternative) {
    return "<img alt=\""
        + escaped(alternative)
        + "\" src=\"data:"
        + type
        + ";base64,"
        + Base64.getEncoder().encodeToString(bytes)
        + "\">";
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
