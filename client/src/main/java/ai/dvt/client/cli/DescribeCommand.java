package ai.dvt.client.cli;

import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt describe}: prints a model's stages, costs and operating points. */
@Command(
    name = "describe",
    description = "Prints a model's stages, costs, operating points, labels and input.",
    sortOptions = false)
final class DescribeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private HelpOption help;
  @Mixin private ServerOptions server;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "The model (default: the only one served).")
  private String name;

  @Option(
      names = "--version",
      paramLabel = "VERSION",
      description = "A version of the model (default: the latest).")
  private String version;

  @Option(names = "--json", description = "Print one JSON document.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    if (name == null && version != null) {
      throw new IllegalArgumentException("--version: " + version + " (expected: with a MODEL)");
    }
    PrintWriter out = spec.commandLine().getOut();
    Optional<ModelId> named =
        Optional.ofNullable(name).map(n -> new ModelId(n, Optional.ofNullable(version)));
    try (ServerOptions.Connection connection = server.open(named, List.of())) {
      ModelId id = named.orElseGet(() -> ModelChoice.onlyOne(connection.client()));
      ModelDescription model = connection.client().describe(id);
      if (json) {
        RunReport.print(json(model), out);
      } else {
        print(model, out);
      }
    }
    return ExitCode.OK;
  }

  private static void print(ModelDescription model, PrintWriter out) {
    Preprocessing input = model.manifest().preprocessing();
    out.println("model           " + model.model());
    out.println("architecture    " + model.manifest().architecture());
    out.println("runs            " + model.variant() + " on " + model.provider());
    out.println("input           " + input(input));
    out.println("labels          " + labels(model));
    out.println("default policy  " + model.defaultPolicy());
    out.println();
    TextTable stages = new TextTable("stage", "name", "grid", "GFLOPs");
    List<StageSpec> specs = model.variantInUse().stages();
    for (int i = 0; i < specs.size(); i++) {
      StageSpec stage = specs.get(i);
      stages.row(
          Integer.toString(i + 1),
          stage.name(),
          stage.gridRows() + "x" + stage.gridColumns(),
          String.format(Locale.ROOT, "%.4f", stage.gflops()));
    }
    stages.print(out);
    if (!model.points().isEmpty()) {
      out.println();
      TextTable points = new TextTable("operating point", "accuracy", "GFLOPs", "thresholds");
      for (OperatingPoint point : model.points()) {
        points.row(
            point.name(),
            number("%.4f", point.expectedAccuracy()),
            number("%.4f", point.expectedGflops()),
            point.thresholds().values().isEmpty() ? "" : point.thresholds().toString());
      }
      points.print(out);
    }
  }

  private static String input(Preprocessing input) {
    String size = input.height() + "x" + input.width();
    return switch (input.resize()) {
      case SHORTER_SIDE -> size + ", cropped from a shorter side of " + input.resizeSide();
      case STRETCH -> size + ", the whole picture";
      case NONE -> size + ", pictures of this size only";
    };
  }

  private static String labels(ModelDescription model) {
    List<String> labels = model.labels();
    if (labels.isEmpty()) {
      return model.manifest().classes() + " classes without names";
    }
    String shown = String.join(", ", labels.subList(0, Math.min(10, labels.size())));
    return labels.size() <= 10 ? shown : labels.size() + ": " + shown + ", ...";
  }

  private static String number(String format, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "";
  }

  private static JsonObject json(ModelDescription model) {
    JsonObject report = new JsonObject();
    report.addProperty("model", model.model().name());
    model.model().version().ifPresent(v -> report.addProperty("version", v));
    report.addProperty("architecture", model.manifest().architecture());
    report.addProperty("variant", model.variant());
    report.addProperty("provider", model.provider());
    report.addProperty("defaultPolicy", model.defaultPolicy().toString());
    JsonArray stages = new JsonArray();
    for (StageSpec stage : model.variantInUse().stages()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", stage.name());
      entry.addProperty("gridRows", stage.gridRows());
      entry.addProperty("gridColumns", stage.gridColumns());
      entry.addProperty("gflops", stage.gflops());
      stages.add(entry);
    }
    report.add("stages", stages);
    JsonArray points = new JsonArray();
    for (OperatingPoint point : model.points()) {
      JsonObject entry = new JsonObject();
      entry.addProperty("name", point.name());
      entry.addProperty("thresholds", point.thresholds().toString());
      point.expectedAccuracy().ifPresent(v -> entry.addProperty("expectedAccuracy", v));
      point.expectedGflops().ifPresent(v -> entry.addProperty("expectedGflops", v));
      points.add(entry);
    }
    report.add("operatingPoints", points);
    JsonArray labels = new JsonArray();
    model.labels().forEach(labels::add);
    report.add("labels", labels);
    return report;
  }
}
