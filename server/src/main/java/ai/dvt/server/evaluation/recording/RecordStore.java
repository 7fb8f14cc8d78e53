package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is recorded so far, by the pictures' checksums, and the file that keeps it over an
 * interrupt. Safe from any thread.
 */
public final class RecordStore {
  /** A picture's label, what all exits said, and its own costs, if it has some. */
  private record Entry(int label, List<ExitOutcome> outcomes, List<Float> gflops) {}

  private final Path file;
  private final int exits;
  private final boolean costs;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private boolean changed;

  private RecordStore(Path file, int exits, boolean costs) {
    this.file = file;
    this.exits = exits;
    this.costs = costs;
  }

  /**
   * Opens a file of records, or starts one.
   *
   * @param setting that the records are of; records of another number of exits are dropped, and
   *     those without costs where pictures decide them
   */
  public static RecordStore open(Path file, ChosenSetting setting)
      throws EvaluationException, IOException {
    int exits = setting.exits();
    boolean costs = setting.variant().picturesDecideCost();
    RecordStore store = new RecordStore(file, exits, costs);
    if (!Files.exists(file)) {
      return store;
    }
    ExitRecords records;
    try {
      records = ExitRecordsFile.read(file);
    } catch (ContractException e) {
      throw new EvaluationException(file.toString(), e.getMessage(), "exit records, or no file");
    }
    boolean fit = records.exits() == exits && records.hasCosts() == costs;
    for (int i = 0; fit && i < records.size(); i++) {
      store.entries.put(
          records.sha256(i), new Entry(records.label(i), outcomes(records, i), records.gflops(i)));
    }
    return store;
  }

  private static List<ExitOutcome> outcomes(ExitRecords records, int picture) {
    List<ExitOutcome> outcomes = new ArrayList<>();
    for (int exit = 1; exit <= records.exits(); exit++) {
      outcomes.add(records.outcome(picture, exit));
    }
    return outcomes;
  }

  synchronized List<ExitOutcome> outcomes(String sha256) {
    Entry entry = entries.get(sha256);
    return entry == null ? null : entry.outcomes();
  }

  /** What a picture cost up to each exit; empty where all cost the same. */
  synchronized List<Float> gflops(String sha256) {
    Entry entry = entries.get(sha256);
    return entry == null ? List.of() : entry.gflops();
  }

  synchronized void put(String sha256, int label, List<ExitOutcome> outcomes, List<Float> gflops) {
    entries.put(sha256, new Entry(label, outcomes, gflops));
    changed = true;
  }

  synchronized void clear() {
    entries.clear();
    changed = true;
  }

  /** Number of pictures. */
  public synchronized int size() {
    return entries.size();
  }

  public Path file() {
    return file;
  }

  /** Writes what there is, if something is new, all at once. */
  public synchronized void save() throws IOException {
    if (!changed) {
      return;
    }
    ExitRecords.Builder records = new ExitRecords.Builder(exits, costs);
    entries.forEach(
        (sha256, entry) -> records.add(sha256, entry.label(), entry.outcomes(), entry.gflops()));
    write(records.build());
  }

  /** Replaces the file by these records, all at once. */
  synchronized void finish(ExitRecords records) throws IOException {
    write(records);
  }

  private void write(ExitRecords records) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path whole = folder.resolve("." + file.getFileName() + ".part");
    try {
      ExitRecordsFile.write(records, whole);
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(whole);
    }
    changed = false;
  }
}
