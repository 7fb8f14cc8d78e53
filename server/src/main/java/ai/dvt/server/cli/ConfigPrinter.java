package ai.dvt.server.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Prints every setting as a configuration file: those that were made, and as comments the rest. */
final class ConfigPrinter {
  private static final List<String> NO_SETTINGS = List.of("--help", "--config", "--print-config");

  private ConfigPrinter() {}

  static void print(CommandSpec spec, ParseResult made, PrintWriter out) {
    out.println("# Settings of bin/dvt serve; a line that begins with # is as by default.");
    for (OptionSpec option : spec.options()) {
      String name = option.longestName();
      if (NO_SETTINGS.contains(name) || option.hidden()) {
        continue;
      }
      out.println();
      out.println("# " + String.join(" ", option.description()).replace("%n", " "));
      String key = name.replaceFirst("^--", "");
      if (made.hasMatchedOption(option)) {
        List<String> values = made.matchedOption(name).originalStringValues();
        out.println(key + ": " + value(values));
      } else {
        out.println("# " + key + ":");
      }
    }
    out.flush();
  }

  private static String value(List<String> values) {
    return values.size() == 1
        ? quoted(values.get(0))
        : "[" + String.join(", ", values.stream().map(ConfigPrinter::quoted).toList()) + "]";
  }

  /** Plain where YAML reads the same back. */
  private static String quoted(String text) {
    return text.matches("[A-Za-z0-9_./][A-Za-z0-9_./+-]*")
        ? text
        : "'" + text.replace("'", "''") + "'";
  }
}
