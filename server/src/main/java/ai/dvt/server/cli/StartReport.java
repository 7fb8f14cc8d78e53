package ai.dvt.server.cli;

import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.ServedModel;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Collectors;

/** One line a model, and one a problem of those that are not served. */
final class StartReport {
  private final PrintWriter out;

  StartReport(PrintWriter out) {
    this.out = out;
  }

  void print(ModelCatalogue catalogue) {
    catalogue.served().forEach(model -> out.println(line(model)));
    catalogue
        .unserved()
        .forEach(
            model -> {
              out.println("NOT served " + model.name() + "/" + model.version());
              model.problems().forEach(problem -> out.println("  " + problem));
            });
  }

  private static String line(ServedModel model) {
    VariantSpec variant = model.cascade().variant();
    String stages = variant.stages().stream().map(StageSpec::name).collect(Collectors.joining("+"));
    String gflops =
        variant.gflops().stream()
            .map(cost -> String.format(Locale.ROOT, "%.3g", cost))
            .collect(Collectors.joining("/"));
    return "serving "
        + model.cascade().name()
        + ": "
        + model.version().manifest().architecture()
        + ", stages "
        + stages
        + ", GFLOPs "
        + gflops
        + ", variant "
        + variant.name()
        + " on "
        + model.provider()
        + ", batches of "
        + model.cascade().pace().batches().stream()
            .map(String::valueOf)
            .collect(Collectors.joining("/"))
        + ", default policy "
        + model.version().defaultPolicy();
  }
}
