package ai.dvt.exporter.cli;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.bundle.BundleException;
import ai.dvt.exporter.verify.CascadeSessions;
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

/** {@code dvt parity}. */
@Command(
    name = "parity",
    description = {
      "Compares the answers of two exported models of the same classes, exit by exit: pictures of"
          + " which both name the same class, largest and mean difference of the logits.",
      "Every picture goes through every exit, on the CPU."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ParityCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "FIRST", description = "A version folder: the truth.")
  private Path first;

  @Parameters(index = "1", paramLabel = "SECOND", description = "A version folder to compare.")
  private Path second;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description =
          "Pictures as NumPy array, float32 [pictures, 3, height, width], normalised. Default: the"
              + " synthetic pictures of the first model's self-test.")
  private Path input;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    CascadeManifest left = manifest(first);
    CascadeManifest right = manifest(second);
    int exits = left.variants().get(0).stages().size();
    if (exits != right.variants().get(0).stages().size()) {
      throw new BundleException(
          second.toString(),
          right.variants().get(0).stages().size() + " exits",
          exits + ", as " + first);
    }
    NpyArray pictures = NpyFile.read(input == null ? selfTest(left) : input);
    VariantSpec truth = left.variants().get(0);
    var expected = CascadeSessions.logits(first, truth, pictures);
    for (VariantSpec variant : right.variants()) {
      out.println(variant.name() + " of " + second + " against " + truth.name() + " of " + first);
      ParityTable.print(expected, CascadeSessions.logits(second, variant, pictures), out);
    }
    return 0;
  }

  private static CascadeManifest manifest(Path folder) throws IOException {
    return Manifests.fromJson(Files.readString(folder.resolve("manifest.json")));
  }

  private Path selfTest(CascadeManifest manifest) {
    return first.resolve(
        manifest
            .selfTest()
            .orElseThrow(
                () -> new BundleException("--input", "not given", "a file: there is no self-test"))
            .input()
            .path());
  }
}
