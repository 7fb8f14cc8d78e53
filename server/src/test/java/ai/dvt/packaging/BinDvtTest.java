package ai.dvt.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.client.cli.ClientMain;
import ai.dvt.exporter.cli.ExporterMain;
import ai.dvt.server.cli.ServerMain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;

/** An installation with empty jars and a Java that prints its arguments. */
@Timeout(60)
class BinDvtTest {
  private static final Pattern HELP_LINE = Pattern.compile("  ([a-z-]+)  +\\S.*");

  /** Exit status, and both outputs as one text. */
  private record Run(int status, String text) {
    List<String> lines() {
      return text.lines().toList();
    }
  }

  @TempDir private Path folder;
  private Path home;
  private final Map<String, String> environment = new TreeMap<>();

  @BeforeEach
  void install() throws IOException {
    home = Files.createDirectories(folder.resolve("installed here"));
    Files.createDirectories(home.resolve("bin"));
    Files.copy(Path.of("..", "bin", "dvt"), home.resolve("bin/dvt"));
    assertThat(home.resolve("bin/dvt").toFile().setExecutable(true)).isTrue();
    Files.createDirectories(home.resolve("lib"));
    Files.createFile(home.resolve("lib/server-1.2.3.jar"));
    java("17.0.1");
  }

  private void java(String version) throws IOException {
    Path jdk = folder.resolve("jdk-" + version);
    Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    environment.put("JAVA_HOME", jdk.toString());
  }

  private Run dvt(String... arguments) throws IOException, InterruptedException {
    return run(home.resolve("bin/dvt"), arguments);
  }

  private Run run(Path program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().remove("DVT_JAVA_OPTS");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), text);
  }

  private static List<String> commandsOf(Class<?> main) {
    List<String> names = new ArrayList<>();
    for (Class<?> command : main.getAnnotation(Command.class).subcommands()) {
      names.add(command.getAnnotation(Command.class).name());
    }
    return names;
  }

  @Test
  void help_lists_exactly_the_commands_of_the_three_mains() throws Exception {
    List<String> expected = new ArrayList<>(List.of("help", "version"));
    for (Class<?> main : List.of(ExporterMain.class, ServerMain.class, ClientMain.class)) {
      expected.addAll(commandsOf(main));
    }
    Run help = dvt("help");
    assertThat(help.status()).isZero();
    assertThat(help.lines().stream().map(HELP_LINE::matcher).filter(Matcher::matches))
        .extracting(line -> line.group(1))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(dvt().text()).isEqualTo(help.text());
  }

  @Test
  void every_command_goes_to_its_main_with_its_arguments() throws Exception {
    for (Class<?> main : List.of(ExporterMain.class, ServerMain.class, ClientMain.class)) {
      for (String command : commandsOf(main)) {
        Run run = dvt(command, "--an option", "*");
        assertThat(run.status()).isZero();
        assertThat(run.lines())
            .endsWith(
                "-Ddvt.home=" + home.toRealPath(),
                "-cp",
                home.toRealPath().resolve("lib") + "/*",
                main.getName(),
                command,
                "--an option",
                "*");
      }
    }
  }

  @Test
  void links_lead_home_from_any_folder() throws Exception {
    Path there = Files.createDirectories(folder.resolve("elsewhere"));
    Path link = Files.createSymbolicLink(there.resolve("dvt"), home.resolve("bin/dvt"));
    Path relative = Files.createSymbolicLink(folder.resolve("d"), Path.of("elsewhere/dvt"));
    assertThat(run(link, "models").lines()).contains("-Ddvt.home=" + home.toRealPath());
    assertThat(run(relative, "models").lines()).contains("-Ddvt.home=" + home.toRealPath());
    assertThat(run(relative, "version").text()).isEqualTo("dvt 1.2.3\n");
  }

  @Test
  void an_unknown_command_has_status_2() throws Exception {
    Run run = dvt("frobnicate");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.text())
        .isEqualTo("dvt: frobnicate (expected: a command; 'dvt help' lists them)\n");
  }

  @Test
  void java_24_and_later_are_told_that_native_code_is_wanted() throws Exception {
    assertThat(dvt("serve").text()).doesNotContain("native-access");
    java("21");
    assertThat(dvt("serve").text()).doesNotContain("native-access");
    java("25.0.1");
    assertThat(dvt("serve").lines()).contains("--enable-native-access=ALL-UNNAMED");
  }

  @Test
  void an_old_java_and_a_missing_one_are_refused() throws Exception {
    java("11.0.2");
    assertThat(dvt("serve").text()).contains("version 11 (expected: 17 or later)");
    environment.put("JAVA_HOME", folder.resolve("nowhere").toString());
    assertThat(dvt("serve").status()).isEqualTo(1);
    assertThat(dvt("serve").text()).startsWith("dvt: JAVA_HOME: ");
  }

  @Test
  void options_for_the_jvm_come_from_the_environment() throws Exception {
    environment.put("DVT_JAVA_OPTS", "-Xmx1g -Dx=y");
    assertThat(dvt("export").lines()).contains("-Xmx1g", "-Dx=y");
  }

  @Test
  void an_installation_without_jars_says_so() throws Exception {
    Files.delete(home.resolve("lib/server-1.2.3.jar"));
    Run run = dvt("models");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.text()).contains("no jars (expected: a build; mvn -B package makes it)");
  }

  @Test
  void a_checkout_is_not_built_where_that_is_forbidden() throws Exception {
    Files.createFile(home.resolve("pom.xml"));
    environment.put("DVT_NO_BUILD", "1");
    assertThat(dvt("models").text()).contains("dist/dvt/lib: no jars");
  }

  @Test
  void a_checkout_is_built_when_a_source_is_newer_than_the_jars_and_errors_show() throws Exception {
    Files.createFile(home.resolve("pom.xml"));
    Path source = Files.createDirectories(home.resolve("server/src/main/java")).resolve("A.java");
    Files.createFile(source);
    Path lib = Files.createDirectories(home.resolve("dist/dvt/lib"));
    Path mvn = Files.createDirectories(folder.resolve("tools")).resolve("mvn");
    Files.writeString(
        mvn,
        "#!/bin/sh\n[ ! -f \"$MVN_FAILS\" ] || { echo no such symbol; exit 1; }\n"
            + "mkdir -p dist/dvt/lib; touch dist/dvt/lib/server-9.jar\n");
    assertThat(mvn.toFile().setExecutable(true)).isTrue();
    environment.put("PATH", mvn.getParent() + ":" + System.getenv("PATH"));
    environment.put("MVN_FAILS", folder.resolve("broken").toString());

    assertThat(dvt("version").text()).startsWith("dvt: building").endsWith("dvt 9\n");
    assertThat(dvt("version").text()).isEqualTo("dvt 9\n");

    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 3_600_000));
    Files.createFile(folder.resolve("broken"));
    Run broken = dvt("version");
    assertThat(broken.status()).isEqualTo(1);
    assertThat(broken.text()).contains("no such symbol", "the build failed");
    assertThat(lib).exists();
  }
}
