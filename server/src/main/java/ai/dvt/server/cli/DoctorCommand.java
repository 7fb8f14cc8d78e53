package ai.dvt.server.cli;

import ai.dvt.server.config.Defaults;
import ai.dvt.server.doctor.Doctor;
import ai.dvt.server.doctor.Finding;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.repository.ModelVersion;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints which providers work on this machine, and why others do not. */
@Command(
    name = "doctor",
    sortOptions = false,
    description = {
      "Looks at processor, memory, drivers and libraries, opens a session on every provider and"
          + " runs it.",
      "Ends with 1 if a provider that is there does not work or a self-test fails."
    })
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "MODEL",
      description = "Run this model's self-test on every provider that works, too.")
  private String model;

  @Option(names = "--max-batch", paramLabel = "N", description = "Of the self-test (default: 8).")
  private int maxBatch = Defaults.BATCH;

  @Option(names = "--json", description = "Print a JSON document.")
  private boolean json;

  @Mixin private ModelFolders folders;

  @ArgGroup(exclusive = false, heading = "%nProviders:%n")
  private TrialProviderOptions providers = new TrialProviderOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean help;

  @Override
  public Integer call() throws EvaluationException {
    PrintWriter out = spec.commandLine().getOut();
    Optional<ModelVersion> version =
        model == null ? Optional.empty() : Optional.of(folders.find(model));
    List<Finding> findings = new Doctor(providers.settings(), maxBatch).examine(version);
    if (json) {
      out.println(document(findings));
    } else {
      print(findings, out);
    }
    out.flush();
    return findings.stream().anyMatch(f -> f.state() == Finding.State.BROKEN) ? 1 : 0;
  }

  private static void print(List<Finding> findings, PrintWriter out) {
    String section = "";
    for (Finding finding : findings) {
      if (!finding.section().equals(section)) {
        section = finding.section();
        out.println(section);
      }
      String mark =
          switch (finding.state()) {
            case OK -> "  ";
            case MISSING -> "- ";
            case BROKEN -> "! ";
          };
      out.println("  " + mark + finding.name() + ": " + finding.value());
    }
  }

  private static String document(List<Finding> findings) {
    JsonArray list = new JsonArray();
    for (Finding finding : findings) {
      JsonObject one = new JsonObject();
      one.addProperty("section", finding.section());
      one.addProperty("name", finding.name());
      one.addProperty("value", finding.value());
      one.addProperty("state", finding.state().name().toLowerCase(Locale.ROOT));
      list.add(one);
    }
    JsonObject document = new JsonObject();
    document.add("findings", list);
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(document);
  }
}
