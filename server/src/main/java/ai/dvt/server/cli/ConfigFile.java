package ai.dvt.server.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML file of one mapping: an option's long name without its dashes, and its value or a list of
 * values. What cannot be read is a problem with file and line; nothing is thrown for it.
 */
final class ConfigFile {
  /**
   * A setting as written.
   *
   * @param values one, or those of a list
   * @param line from 1
   */
  record Setting(String key, List<String> values, int line) {}

  private final Path path;
  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  private ConfigFile(Path path) {
    this.path = path;
  }

  static ConfigFile read(Path path) {
    ConfigFile file = new ConfigFile(path);
    LoadSettings yaml = LoadSettings.builder().setLabel(path.toString()).build();
    try (Reader text = Files.newBufferedReader(path)) {
      new Compose(yaml).composeReader(text).ifPresent(file::readRoot);
    } catch (MarkedYamlEngineException e) {
      file.problem(line(e.getProblemMark()), "no YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      file.problems.add(path + ": no YAML: " + e.getMessage());
    } catch (CharacterCodingException e) {
      file.problems.add(path + ": bytes that are no UTF-8 (expected: UTF-8 text)");
    } catch (IOException e) {
      file.problems.add("config: " + path + ", unreadable (expected: a readable YAML file)");
    }
    return file;
  }

  /** By key, in the file's order. */
  Map<String, Setting> settings() {
    return settings;
  }

  List<String> problems() {
    return problems;
  }

  /** Adds what is wrong with a setting and forgets it. */
  void refuse(Setting setting, String why) {
    settings.remove(setting.key());
    problem(setting.line(), why);
  }

  private void problem(int line, String why) {
    problems.add(path + ":" + line + ": " + why);
  }

  private void readRoot(Node root) {
    if (!(root instanceof MappingNode mapping)) {
      problem(line(root.getStartMark()), "no mapping (expected: lines of KEY: VALUE)");
      return;
    }
    for (NodeTuple entry : mapping.getValue()) {
      int line = line(entry.getKeyNode().getStartMark());
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        problem(line, "a key that is no word (expected: an option's name)");
        continue;
      }
      Optional<List<String>> values = values(entry.getValueNode());
      if (values.isEmpty()) {
        problem(line, key.getValue() + ": nested (expected: a value or a list of values)");
      } else if (settings.containsKey(key.getValue())) {
        int before = settings.get(key.getValue()).line();
        problem(line, key.getValue() + ": again (expected: once; it is in line " + before + ")");
      } else {
        settings.put(key.getValue(), new Setting(key.getValue(), values.get(), line));
      }
    }
  }

  private static Optional<List<String>> values(Node node) {
    if (node instanceof ScalarNode scalar) {
      return Optional.of(List.of(scalar.getValue()));
    }
    List<String> values = new ArrayList<>();
    if (node instanceof SequenceNode sequence) {
      for (Node item : sequence.getValue()) {
        if (!(item instanceof ScalarNode scalar)) {
          return Optional.empty();
        }
        values.add(scalar.getValue());
      }
      return Optional.of(values);
    }
    return Optional.empty();
  }

  private static int line(Optional<Mark> mark) {
    return mark.map(at -> at.getLine() + 1).orElse(1);
  }
}
