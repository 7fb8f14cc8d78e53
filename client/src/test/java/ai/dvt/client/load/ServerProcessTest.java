package ai.dvt.client.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerProcessTest {
  @TempDir private Path home;

  private ServerProcessException start(String script) throws IOException {
    Path dvt = Files.createDirectories(home.resolve("bin")).resolve("dvt");
    Files.writeString(dvt, "#!/bin/sh\n" + script + "\n");
    assertThat(dvt.toFile().setExecutable(true)).isTrue();
    return catchThrowableOfType(
        ServerProcessException.class,
        () -> ServerProcess.start(home, home, List.of("--extra"), Duration.ofMillis(700)));
  }

  @Test
  void a_server_that_dies_is_reported_with_what_it_said() throws IOException {
    ServerProcessException failure = start("echo \"no model in $3, $8\" >&2; exit 3");
    assertThat(failure).hasMessage("server: ended with status 3 (expected: to serve)");
    assertThat(failure.log()).isEqualTo("no model in " + home + ", --extra\n");
  }

  @Test
  void a_server_that_never_serves_is_ended() throws IOException {
    ServerProcessException failure = start("echo $$ > \"$0.pid\"; echo 1 > \"$7\"; exec sleep 100");
    assertThat(failure).hasMessageStartingWith("server: not SERVING in time");
    long pid = Long.parseLong(Files.readString(home.resolve("bin/dvt.pid")).strip());
    assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)).isFalse();
  }

  @Test
  void a_home_without_bin_dvt_is_reported() {
    ServerProcessException failure =
        catchThrowableOfType(
            ServerProcessException.class,
            () -> ServerProcess.start(home, home, List.of(), Duration.ofSeconds(1)));
    assertThat(failure).hasMessageStartingWith("server: Cannot run program");
  }
}
