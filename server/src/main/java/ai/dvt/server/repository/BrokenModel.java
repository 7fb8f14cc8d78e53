package ai.dvt.server.repository;

import java.nio.file.Path;
import java.util.List;

/**
 * A version folder that cannot be served.
 *
 * @param problems every one found, each {@code name: got (expected: rule)} with its file
 */
public record BrokenModel(String name, String version, Path folder, List<String> problems) {
  public BrokenModel {
    problems = List.copyOf(problems);
  }
}
