package ai.dvt.server.runtime;

import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Runs a cascade on its manifest's pictures and compares the logits of every exit, at batch 1 and
 * at the largest batch (pictures repeated as needed). Also the warm-up: afterwards every session
 * has run.
 */
public final class SelfTest {
  /**
   * @param problems each naming stage, batch size and largest error; empty: passed
   * @param timings of the last run of every stage and batch size
   */
  public record Report(List<String> problems, List<Timing> timings) {
    public Report {
      problems = List.copyOf(problems);
      timings = List.copyOf(timings);
    }

    public boolean passed() {
      return problems.isEmpty();
    }

    /** The problems that count there: one that computes with less than float32 only has to run. */
    public List<String> problemsOn(Device device) {
      return device.reducesPrecision() && !timings.isEmpty() ? List.of() : problems;
    }
  }

  /**
   * @param stage from 1
   */
  public record Timing(int stage, int rows, long nanos) {}

  private final CascadeSessions sessions;
  private final SelfTestSpec spec;
  private final NpyArray pictures;
  private final List<float[]> logits;

  /** The largest error too large, by stage and batch. */
  private final Map<String, Double> failures = new LinkedHashMap<>();

  private final List<Timing> timings = new ArrayList<>();

  private SelfTest(
      CascadeSessions sessions, SelfTestSpec spec, NpyArray pictures, List<float[]> logits) {
    this.sessions = sessions;
    this.spec = spec;
    this.pictures = pictures;
    this.logits = logits;
  }

  /**
   * @param folder the version folder
   */
  public static Report run(
      CascadeSessions sessions, Device device, Path folder, SelfTestSpec spec) {
    try (Workspace workspace = device.openWorkspace()) {
      NpyArray pictures = NpyFile.read(folder.resolve(spec.input().path()));
      int count = pictures.shape().isEmpty() ? 0 : pictures.shape().get(0);
      check(spec.input(), pictures, count, sessions.imageRowBytes() / Float.BYTES);
      List<float[]> logits = new ArrayList<>();
      for (FileSpec file : spec.logits()) {
        NpyArray expected = NpyFile.read(folder.resolve(file.path()));
        check(file, expected, count, sessions.classes());
        logits.add(expected.toFloats());
      }
      SelfTest test = new SelfTest(sessions, spec, pictures, logits);
      for (int picture = 0; picture < count; picture++) {
        test.batch(List.of(picture), picture == count - 1, workspace);
      }
      if (sessions.maxBatch() > 1) {
        List<Integer> largest =
            IntStream.range(0, sessions.maxBatch()).map(i -> i % count).boxed().toList();
        test.batch(largest, true, workspace);
      }
      return new Report(test.problems(), test.timings);
    } catch (StageException | IOException | OutOfMemoryError e) {
      return new Report(List.of("self-test: " + e.getMessage()), List.of());
    }
  }

  /**
   * The self-test's pictures.
   *
   * @param folder the version folder
   */
  public static List<RowWriter> pictures(CascadeSessions sessions, Path folder, SelfTestSpec spec)
      throws StageException {
    try {
      NpyArray pictures = NpyFile.read(folder.resolve(spec.input().path()));
      int count = pictures.shape().isEmpty() ? 0 : pictures.shape().get(0);
      check(spec.input(), pictures, count, sessions.imageRowBytes() / Float.BYTES);
      SelfTest test = new SelfTest(sessions, spec, pictures, List.of());
      return IntStream.range(0, count).mapToObj(test::writer).toList();
    } catch (IOException e) {
      throw new StageException("self-test: " + e.getMessage(), e);
    }
  }

  private static void check(FileSpec file, NpyArray array, int count, int rowElements)
      throws StageException {
    if (count < 1 || array.elements() != (long) count * rowElements) {
      throw new StageException(
          file.path()
              + ": shape "
              + array.shape()
              + " (expected: the same number of pictures in every file, "
              + rowElements
              + " elements each)");
    }
  }

  private void batch(List<Integer> batch, boolean timed, Workspace workspace)
      throws StageException {
    List<RowWriter> images = batch.stream().map(this::writer).toList();
    List<Integer> all = IntStream.range(0, batch.size()).boxed().toList();
    List<HandoverRow> rows = List.of();
    try {
      for (int stage = 1; stage <= logits.size(); stage++) {
        try (StageRun run = sessions.run(stage, images, rows, workspace)) {
          if (timed) {
            timings.add(new Timing(stage, batch.size(), run.nanos()));
          }
          compare(stage, batch, run);
          if (stage < logits.size()) {
            rows = run.keep(all);
          }
        }
      }
    } finally {
      rows.forEach(HandoverRow::close);
    }
  }

  private RowWriter writer(int picture) {
    int elements = sessions.imageRowBytes() / Float.BYTES;
    FloatBuffer values = pictures.floatBuffer().slice(picture * elements, elements);
    return row -> row.asFloatBuffer().put(values.duplicate());
  }

  private List<String> problems() {
    return failures.entrySet().stream()
        .map(
            failure ->
                "self-test, "
                    + failure.getKey()
                    + ": max abs error of the logits "
                    + failure.getValue()
                    + " (expected: <= "
                    + spec.tolerance()
                    + ")")
        .toList();
  }

  private void compare(int stage, List<Integer> batch, StageRun run) {
    float[] expected = logits.get(stage - 1);
    int classes = sessions.classes();
    double largest = 0;
    for (int row = 0; row < batch.size(); row++) {
      float[] got = run.logits(row);
      for (int i = 0; i < classes; i++) {
        double error = Math.abs((double) got[i] - expected[batch.get(row) * classes + i]);
        largest = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(largest, error);
      }
    }
    if (largest > spec.tolerance()) {
      StageSpec failed = sessions.variant().stages().get(stage - 1);
      failures.merge(
          StageSession.place(stage, failed) + ", batch " + batch.size(), largest, Math::max);
    }
  }
}
