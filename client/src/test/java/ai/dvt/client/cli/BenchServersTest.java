package ai.dvt.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class BenchServersTest {
  /** As bench has them. */
  @Command
  private static final class Holder {
    @Mixin private BenchServers servers;
  }

  private static BenchServers parsed(String... serverOptions) {
    Holder holder = new Holder();
    String[] arguments =
        Arrays.stream(serverOptions)
            .flatMap(option -> Arrays.stream(new String[] {"--server-option", option}))
            .toArray(String[]::new);
    new CommandLine(holder).parseArgs(arguments);
    return holder.servers;
  }

  @Test
  void a_raw_chain_gets_the_options_of_the_provider_in_either_form() {
    assertThat(
            parsed(
                    "--max-batch=16",
                    "--provider=cuda,cpu",
                    "--handover",
                    "device",
                    "--workers",
                    "2",
                    "--provider-option=cuda.use_tf32=0",
                    "--strict-provider",
                    "--engine-cache")
                .providerOptions())
        .containsExactly(
            "--provider=cuda,cpu",
            "--handover",
            "device",
            "--provider-option=cuda.use_tf32=0",
            "--strict-provider",
            "--engine-cache");
    assertThat(parsed("--max-batch", "8").providerOptions()).isEmpty();
  }
}
