package ai.dvt.server.cli;

import ai.dvt.server.config.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * The arguments of {@code serve} with those of its file put before them; an option that is given as
 * a flag is not taken from the file. Knows no option by name: each one of {@code serve} is a key.
 */
final class ConfiguredArguments {
  private static final String CONFIG = "--config";
  private static final List<String> FLAGS_ALONE = List.of("config", "print-config", "help");

  /**
   * @param arguments to be executed
   * @param problems all that is wrong with the file; nothing is to be executed if there is one
   */
  record Expanded(String[] arguments, List<String> problems) {}

  private ConfiguredArguments() {}

  /** Reads the file that the arguments name, if they name one. */
  static Expanded of(String... arguments) {
    Optional<Path> path = path(arguments);
    if (path.isEmpty() || !arguments[0].equals("serve") || asksForHelp(arguments)) {
      return new Expanded(arguments, List.of());
    }
    ConfigFile file = ConfigFile.read(path.get());
    CommandSpec serve = new CommandLine(new ServeCommand()).getCommandSpec();
    List.copyOf(file.settings().values()).forEach(setting -> checkAlone(serve, file, setting));
    checkTogether(serve, file, arguments);
    return new Expanded(expand(serve, file, arguments), file.problems());
  }

  private static boolean asksForHelp(String... arguments) {
    return Arrays.stream(arguments).anyMatch(a -> a.equals("-h") || a.equals("--help"));
  }

  private static Optional<Path> path(String... arguments) {
    for (int i = 1; i < arguments.length; i++) {
      if (arguments[i].startsWith(CONFIG + "=")) {
        return Optional.of(Path.of(arguments[i].substring(CONFIG.length() + 1)));
      }
      if (arguments[i].equals(CONFIG) && i + 1 < arguments.length) {
        return Optional.of(Path.of(arguments[i + 1]));
      }
    }
    return Optional.empty();
  }

  private static void checkAlone(CommandSpec serve, ConfigFile file, ConfigFile.Setting setting) {
    OptionSpec option = serve.findOption("--" + setting.key());
    if (option == null || FLAGS_ALONE.contains(setting.key())) {
      file.refuse(
          setting,
          setting.key() + ": no such setting (expected: " + nearest(serve, setting.key()) + ")");
      return;
    }
    try {
      parse(List.of("--models=.", words(option, setting)).toArray(String[]::new));
    } catch (ParameterException e) {
      file.refuse(setting, setting.key() + ": " + e.getMessage());
    }
  }

  /** What the settings' own rules say, one after the other, until nothing is wrong. */
  private static void checkTogether(CommandSpec serve, ConfigFile file, String... arguments) {
    for (boolean again = true; again; ) {
      again = false;
      try {
        String[] expanded = expand(serve, file, arguments);
        parse(Arrays.copyOfRange(expanded, 1, expanded.length)).settings();
      } catch (ConfigException e) {
        ConfigFile.Setting setting = file.settings().get(e.option());
        if (setting != null && !isFlag(serve.findOption("--" + e.option()), arguments)) {
          file.refuse(setting, e.getMessage());
          again = true;
        }
      } catch (ParameterException e) {
        return; // of the flags: told when they are executed
      }
    }
  }

  private static ServeCommand parse(String... arguments) {
    ServeCommand serve = new ServeCommand();
    new CommandLine(serve)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOverwrittenOptionsAllowed(true)
        .parseArgs(arguments);
    return serve;
  }

  private static String[] expand(CommandSpec serve, ConfigFile file, String... arguments) {
    List<String> expanded = new ArrayList<>(List.of(arguments[0]));
    for (ConfigFile.Setting setting : file.settings().values()) {
      OptionSpec option = serve.findOption("--" + setting.key());
      if (!isFlag(option, arguments)) {
        expanded.add(words(option, setting));
      }
    }
    expanded.addAll(Arrays.asList(arguments).subList(1, arguments.length));
    return expanded.toArray(String[]::new);
  }

  private static String words(OptionSpec option, ConfigFile.Setting setting) {
    String separator = option.splitRegex().isEmpty() ? " " : option.splitRegex();
    return "--" + setting.key() + "=" + String.join(separator, setting.values());
  }

  private static boolean isFlag(OptionSpec option, String... arguments) {
    return Arrays.stream(arguments)
        .anyMatch(
            argument ->
                Arrays.stream(option.names())
                    .anyMatch(name -> argument.equals(name) || argument.startsWith(name + "=")));
  }

  private static String nearest(CommandSpec serve, String key) {
    return serve.options().stream()
        .map(option -> option.longestName().replaceFirst("^--", ""))
        .filter(name -> !FLAGS_ALONE.contains(name))
        .min(Comparator.comparingInt(name -> distance(name, key)))
        .map(name -> "perhaps " + name + "; bin/dvt serve --help lists them")
        .orElseThrow();
  }

  /** Letters to insert, remove or change (Levenshtein). */
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
