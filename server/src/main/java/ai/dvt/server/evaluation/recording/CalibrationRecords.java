package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The records that a model's calibrations were solved from, beside them. */
public final class CalibrationRecords {
  private CalibrationRecords() {}

  /** Where the records of a calibration lie. */
  public static Path file(ChosenSetting setting, String calibration) {
    return ExitRecordsFile.in(setting.version().folder(), calibration, setting.setting());
  }

  /**
   * The records of all calibrations of a setting that have some, by name.
   *
   * @throws EvaluationException if a file does not read
   */
  public static Map<String, ExitRecords> of(ChosenSetting setting)
      throws EvaluationException, IOException {
    Map<String, ExitRecords> records = new TreeMap<>();
    for (String calibration : setting.version().calibrations().keySet()) {
      Path file = file(setting, calibration);
      if (Files.exists(file)) {
        try {
          records.put(calibration, ExitRecordsFile.read(file));
        } catch (ContractException e) {
          throw new EvaluationException(file.toString(), e.getMessage(), "exit records");
        }
      }
    }
    return records;
  }
}
