package ai.dvt.exporter.cli;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.bundle.BundleException;
import ai.dvt.exporter.verify.ImageCosts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dvt measure-cost}. */
@Command(
    name = "measure-cost",
    description = {
      "Measures what pictures cost where they decide it themselves (ATS), and prints the average"
          + " and its spread.",
      "Counted from the tokens that each picture kept, by fvcore's rules, as for a picture alone."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class MeasureCostCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", description = "The model's version folder.")
  private Path folder;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "Pictures as NumPy array, float32 [pictures, 3, height, width], normalised. Default: the"
              + " synthetic pictures of the self-test.")
  private Path input;

  @Option(names = "--each", description = "Print every picture's cost, too.")
  private boolean each;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    CascadeManifest manifest =
        Manifests.fromJson(Files.readString(folder.resolve("manifest.json")));
    NpyArray pictures = NpyFile.read(input == null ? selfTest(manifest) : input);
    out.printf(
        "%-24s %8s %8s %8s %8s %8s %8s%n",
        "variant", "pictures", "GFLOPs", "sd", "least", "most", "bound");
    for (VariantSpec variant : manifest.variants()) {
      ImageCosts costs = ImageCosts.measure(folder, variant, pictures);
      out.printf(
          "%-24s %8d %8.4f %8.4f %8.4f %8.4f %8.4f%n",
          variant.name(),
          costs.gflops().size(),
          costs.mean(),
          costs.deviation(),
          costs.least(),
          costs.most(),
          variant.gflops().get(variant.gflops().size() - 1));
      if (each) {
        costs.gflops().forEach(cost -> out.printf("  %.4f%n", cost));
      }
    }
    return 0;
  }

  private Path selfTest(CascadeManifest manifest) {
    FileSpec file =
        manifest
            .selfTest()
            .orElseThrow(
                () -> new BundleException("--input", "not given", "a file: there is no self-test"))
            .input();
    return folder.resolve(file.path());
  }
}
