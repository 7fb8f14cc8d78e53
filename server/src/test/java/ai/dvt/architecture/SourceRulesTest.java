package ai.dvt.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that class files do not show: they are checked on the sources. */
class SourceRulesTest {
  private static final List<String> MODULES = List.of("proto", "exporter", "client", "server");

  /** The authors' key names, which end in KeyMap. */
  private static final Pattern KEY_NAMES =
      Pattern.compile("less_less_token|less_token|normal_token|feature_resuse|relation_reuse_conv");

  private static Path sources(String module) {
    return Path.of("..", module, "src", "main", "java");
  }

  private static List<Path> packagesWithoutInfo(Path sources) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path file : javaFiles(sources)) {
      Path folder = file.getParent();
      if (!Files.exists(folder.resolve("package-info.java")) && !missing.contains(folder)) {
        missing.add(folder);
      }
    }
    return missing;
  }

  private static List<Path> filesWithKeyNames(Path sources) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path file : javaFiles(sources)) {
      if (!file.endsWith("KeyMap.java") && KEY_NAMES.matcher(Files.readString(file)).find()) {
        found.add(file);
      }
    }
    return found;
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(p -> p.toString().endsWith(".java")).toList();
    }
  }

  @Test
  void every_package_says_what_lives_in_it() throws IOException {
    for (String module : MODULES) {
      assertThat(packagesWithoutInfo(sources(module))).isEmpty();
    }
  }

  @Test
  void a_package_without_package_info_is_found(@TempDir Path folder) throws IOException {
    Path source = Files.createDirectories(folder.resolve("ai/dvt/planted")).resolve("A.java");
    Files.writeString(source, "package ai.dvt.planted; class A {}");
    assertThat(packagesWithoutInfo(folder)).containsExactly(source.getParent());
  }

  @Test
  void the_authors_key_names_live_in_key_map_alone() throws IOException {
    assertThat(filesWithKeyNames(sources("exporter"))).isEmpty();
    assertThat(filesWithKeyNames(sources("server"))).isEmpty();
  }

  @Test
  void a_key_name_elsewhere_is_found() throws IOException {
    assertThat(filesWithKeyNames(Path.of("src/test/java/ai/dvt/architecture/planted")))
        .hasSize(1)
        .allMatch(file -> file.endsWith("SpellsKeyNames.java"));
  }
}
