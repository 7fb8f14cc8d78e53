package ai.dvt.server.cli;

import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.pictures.LabelledPictures;
import ai.dvt.server.evaluation.recording.EvaluatedModel;
import ai.dvt.server.evaluation.recording.ExitRecorder;
import ai.dvt.server.evaluation.recording.RecordStore;
import ai.dvt.server.evaluation.recording.Recording;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Set;

/** Records a model's exits with a progress bar; an interrupt keeps what is done. */
final class RecordingRun {
  private static final int SHOWN = 10;

  private RecordingRun() {}

  /**
   * @param refused checksums of pictures that must not be in the data
   */
  static Recording run(
      EvaluatedModel model, LabelledPictures data, Path file, Set<String> refused, PrintWriter err)
      throws EvaluationException, IOException, InterruptedException {
    RecordStore store = RecordStore.open(file, model.setting());
    String title = model.setting().title();
    ProgressBar bar = new ProgressBar(title, "pictures", err);
    Thread keep = new Thread(() -> keep(store, data.size(), err), "keep-records");
    Runtime.getRuntime().addShutdownHook(keep);
    try {
      Recording recording = new ExitRecorder(model, store, refused, bar).record(data);
      if (!recording.unreadable().isEmpty()) {
        err.printf(
            "%s: %d of %d pictures could not be read and are left out:%n",
            title, recording.unreadable().size(), data.size());
        recording.unreadable().stream().limit(SHOWN).forEach(line -> err.println("  " + line));
      }
      return recording;
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(keep);
      } catch (IllegalStateException e) {
        keep.join(); // the process ends: the hook runs
      }
    }
  }

  private static void keep(RecordStore store, int total, PrintWriter err) {
    try {
      store.save();
      err.printf(
          "%ninterrupted: %,d of %,d pictures are kept in %s; the same command goes on%n",
          store.size(), total, store.file());
    } catch (IOException e) {
      err.println("dvt: " + store.file() + ": " + e.getMessage() + " (expected: a writable file)");
    }
    err.flush();
  }
}
