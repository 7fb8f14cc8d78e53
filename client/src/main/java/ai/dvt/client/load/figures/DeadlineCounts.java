package ai.dvt.client.load.figures;

import java.util.OptionalDouble;

/**
 * What became of images whose calls had a deadline and that it kept from passing every stage they
 * wanted.
 *
 * @param answers with the reason DEADLINE that reached the client in time
 * @param refused images that the server refused because they would not have passed stage 1 in time
 * @param late calls whose deadline passed without an answer, whatever it would have been
 */
public record DeadlineCounts(long answers, long refused, long late) {
  public static final DeadlineCounts NONE = new DeadlineCounts(0, 0, 0);

  /** Both together. */
  public DeadlineCounts plus(DeadlineCounts other) {
    return new DeadlineCounts(answers + other.answers, refused + other.refused, late + other.late);
  }

  /**
   * The share of DEADLINE answers that came in time, as if every late call had been to get one; 1
   * if every such answer came in time. Empty without any.
   */
  public OptionalDouble inTime() {
    return answers + late == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) answers / (answers + late));
  }
}
