package ai.dvt.exporter.cli;

import ai.dvt.exporter.verify.ComparedTensor;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The rows of a verification, as a table or as JSON. */
final class VerificationReport {
  private static final String FORM = "%-24s %-9s %-20s %-18s %-11s %-9s %s";

  private VerificationReport() {}

  static void head(PrintWriter out) {
    out.println(
        FORM.formatted("case", "flavour", "tensor", "shape", "max error", "tolerance", "verdict"));
  }

  static void row(ComparedTensor row, PrintWriter out) {
    String verdict = row.passed() ? "ok" : "FAILED";
    out.println(
        FORM.formatted(
            row.caseName(),
            row.flavour(),
            row.tensor(),
            row.shape().isEmpty()
                ? "-"
                : row.shape().stream().map(String::valueOf).collect(Collectors.joining("x")),
            number(row.maxAbsError()),
            number(row.tolerance()),
            row.note().isEmpty() ? verdict : verdict + " (" + row.note() + ")"));
    out.flush();
  }

  static void foot(List<ComparedTensor> rows, List<String> otherSections, PrintWriter out) {
    long failed = rows.stream().filter(row -> !row.passed()).count();
    for (String section : otherSections) {
      out.println("section '" + section + "' of the index: not compared by this command");
    }
    out.printf("%d compared, %d ok, %d failed%n", rows.size(), rows.size() - failed, failed);
  }

  static void json(List<ComparedTensor> rows, List<String> otherSections, PrintWriter out) {
    JsonArray tensors = new JsonArray();
    for (ComparedTensor row : rows) {
      JsonObject object = new JsonObject();
      object.addProperty("case", row.caseName());
      object.addProperty("flavour", row.flavour());
      object.addProperty("tensor", row.tensor());
      JsonArray shape = new JsonArray();
      row.shape().forEach(shape::add);
      object.add("shape", shape);
      // JSON has no NaN and no infinity: such an error is told by the verdict and the note.
      row.maxAbsError().stream()
          .filter(Double::isFinite)
          .forEach(error -> object.addProperty("max_abs_error", error));
      row.tolerance().ifPresent(tolerance -> object.addProperty("tolerance", tolerance));
      object.addProperty("verdict", row.passed() ? "ok" : "failed");
      object.addProperty("note", row.note());
      tensors.add(object);
    }
    long failed = rows.stream().filter(row -> !row.passed()).count();
    JsonObject report = new JsonObject();
    report.addProperty("passed", failed == 0);
    report.addProperty("compared", rows.size());
    report.addProperty("failed", failed);
    JsonArray others = new JsonArray();
    otherSections.forEach(others::add);
    report.add("sections_not_compared", others);
    report.add("tensors", tensors);
    out.println(new GsonBuilder().setPrettyPrinting().create().toJson(report));
  }

  private static String number(OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, "%.2e", value.getAsDouble()) : "-";
  }
}
