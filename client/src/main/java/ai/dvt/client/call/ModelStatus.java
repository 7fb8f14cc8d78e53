package ai.dvt.client.call;

import java.util.List;

/**
 * A model version on the server.
 *
 * @param problems why it is not ready, one entry a problem
 */
public record ModelStatus(ModelId model, boolean ready, List<String> problems) {
  public ModelStatus {
    problems = List.copyOf(problems);
  }
}
