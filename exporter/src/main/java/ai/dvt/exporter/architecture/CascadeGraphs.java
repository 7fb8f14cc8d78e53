package ai.dvt.exporter.architecture;

import java.util.List;

/**
 * A cascade, ready to be written.
 *
 * @param architecture name of the architecture
 * @param imageSize pixels along one side of the picture
 * @param classes of every exit
 * @param stages in the order in which an image passes them
 */
public record CascadeGraphs(
    String architecture, int imageSize, int classes, List<StageGraph> stages) {
  public CascadeGraphs {
    stages = List.copyOf(stages);
  }
}
