package ai.dvt.server.grpc;

import java.util.List;

/**
 * A model version that does not answer.
 *
 * @param problems all reasons
 */
public record UnservedModel(String name, String version, List<String> problems) {
  public UnservedModel {
    problems = List.copyOf(problems);
  }
}
