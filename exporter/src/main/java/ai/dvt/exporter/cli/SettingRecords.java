package ai.dvt.exporter.cli;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.exporter.calibration.CalibrationException;
import ai.dvt.exporter.calibration.ExitOrder;
import ai.dvt.exporter.calibration.ExitTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of one setting of a model.
 *
 * @param setting empty where the model has one
 */
record SettingRecords(String setting, ExitRecords records, ExitTable table) {
  /**
   * Reads those of all settings, in the manifest's order.
   *
   * @param folder the version folder
   * @throws ContractException if the settings were not run over the same pictures
   */
  static List<SettingRecords> read(
      Path folder, CascadeManifest manifest, String calibration, ExitOrder order, long seed)
      throws IOException, CalibrationException {
    List<SettingRecords> all = new ArrayList<>();
    for (String setting : manifest.settings()) {
      ExitRecords records = ExitRecordsFile.read(ExitRecordsFile.in(folder, calibration, setting));
      if (!all.isEmpty() && !samePictures(all.get(0).records(), records)) {
        throw new ContractException(
            "records of " + setting,
            "other pictures than " + all.get(0).setting() + "'s",
            "the same pictures in the same order; calibrate again");
      }
      VariantSpec variant =
          manifest.variants().stream()
              .filter(v -> v.setting().orElse("").equals(setting))
              .findFirst()
              .orElseThrow();
      all.add(
          new SettingRecords(
              setting,
              records,
              ExitTable.of(records, records.averageGflops(variant.gflops()), order, seed)));
    }
    return all;
  }

  private static boolean samePictures(ExitRecords one, ExitRecords other) {
    boolean same = one.size() == other.size();
    for (int picture = 0; same && picture < one.size(); picture++) {
      same = one.sha256(picture).equals(other.sha256(picture));
    }
    return same;
  }
}
