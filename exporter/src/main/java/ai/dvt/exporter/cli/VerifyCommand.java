package ai.dvt.exporter.cli;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.verify.ComparedTensor;
import ai.dvt.exporter.verify.GoldenVerification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dvt verify}. */
@Command(
    name = "verify",
    description =
        "Exports every case of a golden folder, runs it and compares every tensor of its index."
            + " Exit status 1 if one differs or was not compared.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--golden",
      required = true,
      paramLabel = "DIR",
      description = "A folder with an index.json, checkpoints, inputs and expected outputs.")
  private Path golden;

  @Option(
      names = {"--flavour", "--flavours"},
      split = ",",
      paramLabel = "FLAVOUR",
      description = "portable or cpu (default: both).")
  private List<Flavour> flavours = List.of(Flavour.PORTABLE, Flavour.CPU);

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    GoldenVerification verification =
        GoldenVerification.of(golden, flavours.stream().distinct().toList());
    List<ComparedTensor> rows;
    if (json) {
      rows = verification.run(row -> {});
      VerificationReport.json(rows, verification.otherSections(), out);
    } else {
      VerificationReport.head(out);
      rows = verification.run(row -> VerificationReport.row(row, out));
      VerificationReport.foot(rows, verification.otherSections(), out);
    }
    return rows.stream().allMatch(ComparedTensor::passed) ? 0 : 1;
  }
}
