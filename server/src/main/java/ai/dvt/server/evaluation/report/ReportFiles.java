package ai.dvt.server.evaluation.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a report's files into one folder. */
public final class ReportFiles {
  private ReportFiles() {}

  /** Writes {@code report.json}, {@code report.md}, {@code report.html} and a PNG per figure. */
  public static void write(
      EvaluationReport report, List<Figure> figures, List<ShownPictures> shown, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    for (Figure figure : figures) {
      Files.write(folder.resolve(figure.name() + ".png"), figure.png());
    }
    Files.writeString(folder.resolve("report.json"), JsonReport.of(report));
    Files.writeString(folder.resolve("report.md"), MarkdownReport.of(report, figures));
    Files.writeString(folder.resolve("report.html"), HtmlReport.of(report, figures, shown));
  }

  /** The sentences that matter, for a terminal. */
  public static List<String> sentences(EvaluationReport report) {
    return new ReportTables(report).sentences();
  }
}
