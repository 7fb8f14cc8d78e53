package ai.dvt.client.cli;

import ai.dvt.client.call.ModelStatus;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dvt models}: lists a server's models. */
@Command(
    name = "models",
    description = "Lists a server's models and why one is not ready.",
    sortOptions = false)
final class ModelsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private HelpOption help;
  @Mixin private ServerOptions server;

  @Option(names = "--json", description = "Print one JSON document.")
  private boolean json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (ServerOptions.Connection connection = server.open()) {
      List<ModelStatus> models = connection.client().models();
      if (json) {
        RunReport.print(json(models), out);
      } else {
        print(models, out);
      }
    }
    return ExitCode.OK;
  }

  private static void print(List<ModelStatus> models, PrintWriter out) {
    TextTable table = new TextTable("model", "version", "state");
    for (ModelStatus model : models) {
      table.row(
          model.model().name(),
          model.model().version().orElse(""),
          model.ready() ? "ready" : "not ready: " + String.join("; ", model.problems()));
    }
    table.print(out);
  }

  private static JsonArray json(List<ModelStatus> models) {
    JsonArray array = new JsonArray();
    for (ModelStatus model : models) {
      JsonObject entry = new JsonObject();
      entry.addProperty("model", model.model().name());
      model.model().version().ifPresent(version -> entry.addProperty("version", version));
      entry.addProperty("ready", model.ready());
      JsonArray problems = new JsonArray();
      model.problems().forEach(problems::add);
      entry.add("problems", problems);
      array.add(entry);
    }
    return array;
  }
}
