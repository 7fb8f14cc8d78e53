package ai.dvt.client.cli;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.ClassifyOptions;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt demo}: starts a server, classifies the shipped or other pictures, sums up. */
@Command(
    name = "demo",
    description = "Classifies the pictures that come with the project, or yours, and sums up.",
    sortOptions = false)
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private HelpOption help;
  @Mixin private ServerOptions server;
  @Mixin private ModelOptions model;

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURE",
      description =
          "Your own JPEG, PNG, BMP or GIF files, or folders of them; a folder's name is the true"
              + " label where the model has it.")
  private List<Path> pictures;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      defaultValue = "1",
      description = "Labels a picture (default: 1).")
  private int topK;

  @Option(names = "--json", description = "Print one JSON document.")
  private boolean json;

  @Option(
      names = "--open",
      description = "Then keep the server up and print the address of its live page; Ctrl-C ends.")
  private boolean open;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Optional<ExitPolicy> policy = model.policy();
    List<Path> named =
        pictures == null
            ? List.of(ServerOptions.home().resolve("onnx-models").resolve("pictures"))
            : pictures;
    List<Path> files = PictureFiles.expand(named);
    Optional<ModelId> wanted = model.id();
    if (wanted.isEmpty()) {
      wanted = server.fitting(folders(files));
    }
    try (LivePage page = open ? LivePage.wanted(server, named, model.id()) : LivePage.none();
        ServerOptions.Connection connection = server.open(wanted, page.arguments())) {
      CascadeClient client = connection.client();
      ModelId id = wanted.orElseGet(() -> ModelChoice.fitting(client, folders(files)));
      ModelDescription description = client.describe(id);
      List<Double> gflops =
          policy
              .map(one -> description.bind(one).gflops())
              .orElse(description.variantInUse().gflops());
      ClassifyOptions options =
          new ClassifyOptions(
              description.model(), policy, topK, Optional.empty(), Optional.empty());
      List<Classified> classified =
          PictureRun.classify(client, options, description.labels(), files);
      RunSummary summary = RunSummary.of(description.model(), classified, gflops);
      if (json) {
        RunReport.print(RunReport.summary(summary, classified, description.labels()), out);
      } else {
        RunReport.table(classified, description.labels(), out);
        out.println();
        out.println(summary);
      }
      if (open) {
        out.println();
        out.println("page: " + page.address() + " (Ctrl-C ends)");
        out.flush();
        connection.awaitEnd();
      }
      return summary.failed() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private static Set<String> folders(List<Path> files) {
    Set<String> names = new TreeSet<>();
    files.forEach(file -> names.add(PictureFiles.folderName(file)));
    return names;
  }
}
