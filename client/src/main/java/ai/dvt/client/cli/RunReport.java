package ai.dvt.client.cli;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.Label;
import ai.dvt.client.call.Failure;
import ai.dvt.client.call.ImageResult;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Classified pictures as a table or as JSON. */
final class RunReport {
  private RunReport() {}

  /**
   * A row a picture; then, why some have no answer.
   *
   * @param labels the model's, in class order; may be empty
   */
  static void table(List<Classified> classified, List<String> labels, PrintWriter out) {
    boolean judged = classified.stream().anyMatch(c -> c.truth().isPresent());
    boolean passed =
        classified.stream().flatMap(c -> c.answer().stream()).anyMatch(a -> a.exits().size() > 1);
    List<String> header =
        new ArrayList<>(List.of("picture", "label", "exit", "confidence", "GFLOPs"));
    if (passed) {
      header.add("before");
    }
    if (judged) {
      header.add("");
    }
    TextTable table = new TextTable(header.toArray(String[]::new));
    for (Classified one : classified) {
      List<String> cells = new ArrayList<>(cells(one));
      if (passed) {
        cells.add(one.answer().map(answer -> before(answer, labels)).orElse(""));
      }
      if (judged) {
        cells.add(one.right().map(right -> right ? "right" : "wrong").orElse(""));
      }
      table.row(cells.toArray(String[]::new));
    }
    table.print(out);
    for (Classified one : classified) {
      if (one.answer().isEmpty()) {
        out.println(shortName(one) + ": " + failure(one));
      }
    }
  }

  private static List<String> cells(Classified one) {
    return one.answer()
        .map(
            answer ->
                List.of(
                    shortName(one),
                    labels(answer),
                    Integer.toString(answer.exit()),
                    number("%.3f", answer.best().confidence()),
                    number("%.4f", answer.gflops())))
        .orElseGet(() -> List.of(shortName(one), "no answer", "", "", ""));
  }

  /** What the exits said at which the picture did not leave, e.g. {@code 1 cat 0.412}. */
  private static String before(Answer answer, List<String> labels) {
    return answer.exits().stream()
        .limit(answer.exits().size() - 1L)
        .map(ExitPassed::outcome)
        .map(o -> o.exit() + " " + name(o, labels) + " " + number("%.3f", o.confidence()))
        .collect(Collectors.joining(", "));
  }

  private static String name(ExitOutcome outcome, List<String> labels) {
    return outcome.index() < labels.size()
        ? labels.get(outcome.index())
        : Integer.toString(outcome.index());
  }

  private static String shortName(Classified one) {
    return one.truth().isPresent()
        ? PictureFiles.folderName(one.file()) + "/" + one.file().getFileName()
        : one.file().toString();
  }

  private static String labels(Answer answer) {
    List<Label> all = answer.labels();
    if (all.size() == 1) {
      return all.get(0).name();
    }
    return all.stream()
        .map(l -> l.name() + " " + number("%.3f", l.confidence()))
        .collect(Collectors.joining(", "));
  }

  private static Failure failure(Classified one) {
    return ((ImageResult.Failed) one.result()).failure();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** The pictures: file, truth and right where known, and the answer or the error. */
  static JsonArray pictures(List<Classified> classified, List<String> names) {
    JsonArray array = new JsonArray();
    for (Classified one : classified) {
      JsonObject picture = new JsonObject();
      picture.addProperty("file", one.file().toString());
      one.truth().ifPresent(truth -> picture.addProperty("truth", truth));
      one.right().ifPresent(right -> picture.addProperty("right", right));
      one.answer()
          .ifPresentOrElse(
              answer -> addAnswer(picture, answer, names),
              () -> picture.add("error", error(failure(one))));
      array.add(picture);
    }
    return array;
  }

  private static void addAnswer(JsonObject picture, Answer answer, List<String> names) {
    picture.addProperty("label", answer.best().name());
    picture.addProperty("exit", answer.exit());
    picture.addProperty("reason", answer.reason().name());
    picture.addProperty("confidence", answer.best().confidence());
    picture.addProperty("gflops", answer.gflops());
    JsonArray labels = new JsonArray();
    for (Label label : answer.labels()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", label.name());
      entry.addProperty("index", label.index());
      entry.addProperty("confidence", label.confidence());
      labels.add(entry);
    }
    picture.add("labels", labels);
    JsonArray exits = new JsonArray();
    for (ExitPassed passed : answer.exits()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("exit", passed.outcome().exit());
      entry.addProperty("label", name(passed.outcome(), names));
      entry.addProperty("index", passed.outcome().index());
      entry.addProperty("confidence", passed.outcome().confidence());
      entry.addProperty("queueMillis", passed.queueTime().toNanos() / 1e6);
      entry.addProperty("computeMillis", passed.computeTime().toNanos() / 1e6);
      entry.addProperty("batchSize", passed.batchSize());
      exits.add(entry);
    }
    picture.add("exits", exits);
  }

  private static JsonObject error(Failure failure) {
    JsonObject error = new JsonObject();
    error.addProperty("code", failure.code().name());
    error.addProperty("message", failure.message());
    return error;
  }

  /** The figures of a run and its pictures. */
  static JsonObject summary(RunSummary summary, List<Classified> classified, List<String> names) {
    JsonObject report = new JsonObject();
    report.addProperty("model", summary.model().name());
    summary.model().version().ifPresent(version -> report.addProperty("version", version));
    summary.accuracy().ifPresent(accuracy -> report.addProperty("accuracy", accuracy));
    report.addProperty("right", summary.right());
    report.addProperty("labelled", summary.labelled());
    report.addProperty("total", summary.pictures());
    report.addProperty("failed", summary.failed());
    JsonArray shares = new JsonArray();
    summary.exitShares().forEach(shares::add);
    report.add("exitShares", shares);
    report.addProperty("gflops", summary.gflops());
    report.addProperty("lastExitGflops", summary.lastExitGflops());
    report.addProperty("summary", summary.toString());
    report.add("pictures", pictures(classified, names));
    return report;
  }

  static void print(JsonElement json, PrintWriter out) {
    Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    out.println(gson.toJson(json));
  }
}
