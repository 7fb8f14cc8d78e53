package ai.dvt.exporter.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The arguments of an export as provenance keeps them: what shaped the model, no path of a machine.
 */
final class ArgumentText {
  /** Say nothing of the model. */
  private static final Set<String> LEFT_OUT =
      Set.of("--output", "--force", "--debug", "--help", "--version");

  private static final Set<String> FILES =
      Set.of("--checkpoint", "--labels", "--card", "--calibration");

  private ArgumentText() {}

  static List<String> of(ParseResult result) {
    List<String> arguments = new ArrayList<>();
    for (OptionSpec option : result.matchedOptions()) {
      String name = option.longestName();
      if (LEFT_OUT.contains(name)) {
        continue;
      }
      if (option.originalStringValues().isEmpty() || option.arity().max() == 0) {
        arguments.add(name);
        continue;
      }
      for (String value : option.originalStringValues()) {
        arguments.add(name);
        arguments.add(FILES.contains(name) ? fileName(value) : value);
      }
    }
    return arguments;
  }

  private static String fileName(String value) {
    // --labels also takes the labels themselves
    Path path = Path.of(value);
    return Files.exists(path) ? path.getFileName().toString() : value;
  }
}
