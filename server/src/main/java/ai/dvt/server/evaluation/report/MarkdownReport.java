package ai.dvt.server.evaluation.report;

import java.util.List;

/** The report as {@code report.md}, with the plots beside it. */
final class MarkdownReport {
  private MarkdownReport() {}

  static String of(EvaluationReport report, List<Figure> figures) {
    ReportTables tables = new ReportTables(report);
    StringBuilder text = new StringBuilder("# Evaluation on " + report.data() + "\n\n");
    tables.sentences().forEach(sentence -> text.append(sentence).append("\n\n"));
    for (Figure figure : figures) {
      text.append("![").append(figure.title()).append("](").append(figure.name()).append(".png)\n");
      text.append(figure.caption()).append("\n\n");
    }
    for (ReportTable table : tables.tables()) {
      text.append("## ").append(table.title()).append("\n\n");
      text.append(table.text()).append("\n\n");
      for (int row = 0; row < table.rows().size(); row++) {
        text.append("| ").append(String.join(" | ", table.rows().get(row))).append(" |\n");
        if (row == 0) {
          text.append("|").append(" --- |".repeat(table.rows().get(0).size())).append('\n');
        }
      }
      text.append('\n');
    }
    return text.toString();
  }
}
