package ai.dvt.server.evaluation.report;

import java.util.List;

/** Pictures of a kind, with what they show. */
public record ShownPictures(String title, String caption, List<Shown> pictures) {
  /**
   * A picture, at most 128 pixels a side.
   *
   * @param said what the exits said
   */
  public record Shown(String label, String said, byte[] png) {}

  public ShownPictures {
    pictures = List.copyOf(pictures);
  }
}
