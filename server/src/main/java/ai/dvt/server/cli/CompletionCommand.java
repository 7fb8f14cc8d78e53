package ai.dvt.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a script that completes the commands of all mains and their options. */
@Command(
    name = "completion",
    description = {
      "Prints a script for command completion; bash and zsh read it.",
      "For this shell: source <(bin/dvt completion bash)"
    })
final class CompletionCommand implements Callable<Integer> {
  /** The shells that can read the script. */
  enum Shell {
    BASH,
    ZSH
  }

  /** By name, because this module knows nothing of the others; bin/dvt has them beside it. */
  private static final List<String> OTHERS =
      List.of("ai.dvt.exporter.cli.ExporterMain", "ai.dvt.client.cli.ClientMain");

  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean help;

  @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
  private Shell shell;

  @Override
  public Integer call() throws ClassNotFoundException {
    PrintWriter out = spec.commandLine().getOut();
    CommandLine all = new CommandLine(CommandSpec.create().name("dvt"));
    spec.parent()
        .subcommands()
        .forEach((name, command) -> all.addSubcommand(name, command.getCommand()));
    for (String main : OTHERS) {
      new CommandLine(Class.forName(main))
          .getSubcommands()
          .forEach((name, command) -> all.addSubcommand(name, command.getCommand()));
    }
    out.print(AutoComplete.bash("dvt", all));
    out.flush();
    return 0;
  }
}
