package ai.dvt.server.evaluation.report;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.evaluation.recording.ChosenSetting;
import ai.dvt.server.evaluation.recording.Recording;
import ai.dvt.server.evaluation.replay.PointResult;
import java.util.Map;

/**
 * A setting of a model after its pass over the pictures.
 *
 * @param calibrations the records that its thresholds were chosen on, by calibration
 */
public record RecordedSetting(
    ChosenSetting setting, Recording recording, Map<String, ExitRecords> calibrations) {
  public RecordedSetting {
    calibrations = Map.copyOf(calibrations);
  }

  ExitRecords records() {
    return recording.records();
  }

  /** Every picture answered by the last exit. */
  PointResult lastExit() {
    return PointResult.of(records(), setting.bind(ExitPolicy.LAST_EXIT));
  }

  /** The policy of one of its operating points. */
  BoundPolicy policy(String point) {
    return setting.bind(ExitPolicy.of(new ExitRule.AtPoint(point)));
  }
}
