package ai.dvt.server.evaluation.report;

import java.util.List;

/** A titled table of a report; the first row is its head. */
record ReportTable(String title, String text, List<List<String>> rows) {
  ReportTable {
    rows = List.copyOf(rows);
  }
}
