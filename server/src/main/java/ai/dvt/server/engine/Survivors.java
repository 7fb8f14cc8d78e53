package ai.dvt.server.engine;

import ai.dvt.server.runtime.HandoverRow;
import ai.dvt.server.runtime.StageRun;
import java.util.ArrayList;
import java.util.List;

/** The rows of one run that go on. */
final class Survivors {
  private final List<Integer> rows = new ArrayList<>();
  private final List<Journey> images = new ArrayList<>();

  /**
   * @param row in the batch, ascending
   */
  void add(int row, Journey image) {
    rows.add(row);
    images.add(image);
  }

  List<Journey> images() {
    return images;
  }

  /**
   * Gives every image what its later stages need, together, so that they lie side by side.
   *
   * @throws OutOfMemoryError when there is no native memory; the images carry nothing then
   */
  void keep(StageRun run) {
    if (rows.isEmpty()) {
      return;
    }
    List<HandoverRow> kept = run.keep(rows);
    for (int i = 0; i < kept.size(); i++) {
      images.get(i).carry(kept.get(i));
    }
  }
}
