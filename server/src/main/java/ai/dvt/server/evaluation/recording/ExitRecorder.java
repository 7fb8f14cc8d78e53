package ai.dvt.server.evaluation.recording;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.pictures.LabelledPicture;
import ai.dvt.server.evaluation.pictures.LabelledPictures;
import ai.dvt.server.image.PictureException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Records what every exit of a model says of labelled pictures. Pictures that the store knows are
 * not run again.
 */
public final class ExitRecorder {
  /** Unreadable pictures end a recording from this share on. */
  private static final double MOST_UNREADABLE = 0.01;

  private static final int SPOT_CHECKS = 8;
  private static final float SAME_CONFIDENCE = 0.01f;
  private static final int SHOWN = 10;
  private static final Duration SAVE_EVERY = Duration.ofSeconds(10);

  /** A picture of the data, without its file. */
  private record Seen(String name, int label, String sha256) {}

  private final EvaluatedModel model;
  private final RecordStore store;
  private final Set<String> refused;
  private final Progress progress;

  /**
   * @param refused checksums of pictures that must not be in the data
   */
  public ExitRecorder(
      EvaluatedModel model, RecordStore store, Set<String> refused, Progress progress) {
    this.model = model;
    this.store = store;
    this.refused = Set.copyOf(refused);
    this.progress = progress;
  }

  /**
   * Runs all pictures, in the order of their names in the end.
   *
   * @throws EvaluationException for a refused picture, or from 1 % unreadable ones on
   */
  public Recording record(LabelledPictures data)
      throws EvaluationException, IOException, InterruptedException {
    if (store.size() > 0 && !sameModel(data)) {
      progress.note(
          store.file() + ": records of another model or data, recording from the beginning");
      store.clear();
    }
    Pass pass = new Pass(data.size());
    try (PictureRuns runs = new PictureRuns(model)) {
      data.visit(picture -> pass.take(picture, runs));
      pass.await(runs);
    } finally {
      store.save();
    }
    return pass.finish();
  }

  /** Runs a few known pictures again. */
  private boolean sameModel(LabelledPictures data)
      throws EvaluationException, IOException, InterruptedException {
    AtomicInteger tried = new AtomicInteger();
    AtomicInteger different = new AtomicInteger();
    try (PictureRuns runs = new PictureRuns(model)) {
      BoundPolicy policy = model.setting().bind(ExitPolicy.LAST_EXIT);
      data.visit(
          picture -> {
            List<ExitOutcome> known = store.outcomes(picture.sha256());
            if (known != null) {
              tried.incrementAndGet();
              runs.submit(picture.file(), policy, new SpotCheck(known, different));
            }
            return tried.get() < SPOT_CHECKS;
          });
      runs.await();
    }
    return different.get() == 0;
  }

  /** Compares a picture's outcomes with the known ones. */
  private record SpotCheck(List<ExitOutcome> known, AtomicInteger different)
      implements PictureRuns.Listener {
    @Override
    public void answered(List<ExitPassed> passed, List<Float> gflops) {
      for (int i = 0; i < known.size(); i++) {
        ExitOutcome now = passed.get(i).outcome();
        if (Math.abs(now.confidence() - known.get(i).confidence()) > SAME_CONFIDENCE
            || Math.abs(now.entropy() - known.get(i).entropy()) > 10 * SAME_CONFIDENCE) {
          different.incrementAndGet();
          return;
        }
      }
    }

    @Override
    public void unreadable(PictureException cause) {
      different.incrementAndGet();
    }
  }

  /** One pass over the data. */
  private final class Pass {
    private final int total;
    private final BoundPolicy policy = model.setting().bind(ExitPolicy.LAST_EXIT);
    private final List<Seen> seen = new ArrayList<>();
    private final Set<String> started = new HashSet<>();
    private final Map<String, String> unreadable = new ConcurrentHashMap<>();
    private final AtomicInteger done = new AtomicInteger();
    private int kept;
    private long saved = System.nanoTime();

    Pass(int total) {
      this.total = total;
    }

    boolean take(LabelledPicture picture, PictureRuns runs)
        throws EvaluationException, InterruptedException {
      String sha256 = picture.sha256();
      if (refused.contains(sha256)) {
        throw new EvaluationException(
            picture.name(),
            "thresholds of " + model.setting().version().name() + " were chosen on it",
            "pictures that no calibration has seen; --force evaluates all the same");
      }
      seen.add(new Seen(picture.name(), picture.label(), sha256));
      if (started.add(sha256) && store.outcomes(sha256) == null) {
        runs.submit(picture.file(), policy, new Heard(sha256, picture.label()));
      } else {
        kept++;
        done.incrementAndGet();
      }
      checkUnreadable();
      tell();
      return true;
    }

    void await(PictureRuns runs) throws EvaluationException, InterruptedException {
      runs.await();
      checkUnreadable();
      progress.at(done.get(), kept, total);
    }

    private void tell() {
      progress.at(done.get(), kept, total);
      if (System.nanoTime() - saved > SAVE_EVERY.toNanos()) {
        saved = System.nanoTime();
        try {
          store.save();
        } catch (IOException e) {
          progress.note(store.file() + ": " + e.getMessage() + " (expected: a writable file)");
        }
      }
    }

    private void checkUnreadable() throws EvaluationException {
      if (unreadable.size() < MOST_UNREADABLE * total) {
        return;
      }
      unreadableNames().stream().limit(SHOWN).forEach(line -> progress.note("unreadable: " + line));
      throw new EvaluationException(
          "unreadable pictures", unreadable.size() + " of " + total, "below 1 % of them");
    }

    private List<String> unreadableNames() {
      Map<String, String> byName = new TreeMap<>();
      for (Seen picture : seen) {
        String reason = unreadable.get(picture.sha256());
        if (reason != null) {
          byName.put(picture.name(), picture.name() + ": " + reason);
        }
      }
      return List.copyOf(byName.values());
    }

    Recording finish() throws IOException {
      seen.sort(Comparator.comparing(Seen::name));
      ChosenSetting setting = model.setting();
      ExitRecords.Builder records =
          new ExitRecords.Builder(setting.exits(), setting.variant().picturesDecideCost());
      List<String> names = new ArrayList<>();
      for (Seen picture : seen) {
        List<ExitOutcome> outcomes = store.outcomes(picture.sha256());
        if (outcomes != null) {
          records.add(picture.sha256(), picture.label(), outcomes, store.gflops(picture.sha256()));
          names.add(picture.name());
        }
      }
      ExitRecords finished = records.build();
      store.finish(finished);
      return new Recording(finished, names, unreadableNames(), total - kept);
    }

    private final class Heard implements PictureRuns.Listener {
      private final String sha256;
      private final int label;

      Heard(String sha256, int label) {
        this.sha256 = sha256;
        this.label = label;
      }

      @Override
      public void answered(List<ExitPassed> passed, List<Float> gflops) {
        store.put(sha256, label, passed.stream().map(ExitPassed::outcome).toList(), gflops);
        done.incrementAndGet();
      }

      @Override
      public void unreadable(PictureException cause) {
        unreadable.put(sha256, cause.message("picture"));
        done.incrementAndGet();
      }
    }
  }
}
