package ai.dvt.server.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How far the logits of two openings of a cascade lie apart, over sample pictures that all pass all
 * exits. Says whether a faster, less precise way to run it still gives the same answers.
 *
 * @param exits in order
 */
public record PrecisionCheck(List<Exit> exits) {
  /**
   * @param exit from 1
   * @param agreement share of the pictures with the same best class
   * @param maxError the largest difference of two logits; infinite if one is not a number
   */
  public record Exit(int exit, double agreement, double maxError) {}

  public PrecisionCheck {
    exits = List.copyOf(exits);
  }

  /**
   * Runs both.
   *
   * @param reference float32
   * @param tried the same stages
   * @param pictures at least one
   */
  public static PrecisionCheck compare(
      Device referenceDevice,
      CascadeSessions reference,
      Device triedDevice,
      CascadeSessions tried,
      List<RowWriter> pictures)
      throws StageException {
    List<List<float[]>> expected = logits(referenceDevice, reference, pictures);
    List<List<float[]>> got = logits(triedDevice, tried, pictures);
    List<Exit> exits = new ArrayList<>();
    for (int exit = 1; exit <= expected.size(); exit++) {
      int same = 0;
      double largest = 0;
      for (int i = 0; i < pictures.size(); i++) {
        float[] a = expected.get(exit - 1).get(i);
        float[] b = got.get(exit - 1).get(i);
        same += best(a) == best(b) ? 1 : 0;
        for (int c = 0; c < a.length; c++) {
          double error = Math.abs((double) a[c] - b[c]);
          largest = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(largest, error);
        }
      }
      exits.add(new Exit(exit, (double) same / pictures.size(), largest));
    }
    return new PrecisionCheck(exits);
  }

  /** Whether every exit has finite logits and agrees at least so often. */
  public boolean passes(double leastAgreement) {
    return exits.stream()
        .allMatch(e -> e.agreement() >= leastAgreement && Double.isFinite(e.maxError()));
  }

  /** {@code exit 1: top-1 agreement 1.000, max error 0.0200; exit 2: ...}. */
  @Override
  public String toString() {
    return exits.stream()
        .map(
            e ->
                String.format(
                    Locale.ROOT,
                    "exit %d: top-1 agreement %.3f, max error %.4g",
                    e.exit(),
                    e.agreement(),
                    e.maxError()))
        .collect(Collectors.joining("; "));
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int c = 1; c < logits.length; c++) {
      best = logits[c] > logits[best] ? c : best;
    }
    return best;
  }

  /** By exit, then by picture. */
  private static List<List<float[]>> logits(
      Device device, CascadeSessions sessions, List<RowWriter> pictures) throws StageException {
    int stages = sessions.variant().stages().size();
    List<List<float[]>> logits = new ArrayList<>();
    IntStream.range(0, stages).forEach(stage -> logits.add(new ArrayList<>()));
    try (Workspace workspace = device.openWorkspace()) {
      for (int from = 0; from < pictures.size(); from += sessions.maxBatch()) {
        List<RowWriter> batch =
            pictures.subList(from, Math.min(pictures.size(), from + sessions.maxBatch()));
        List<Integer> all = IntStream.range(0, batch.size()).boxed().toList();
        List<HandoverRow> rows = List.of();
        try {
          for (int stage = 1; stage <= stages; stage++) {
            try (StageRun run = sessions.run(stage, batch, rows, workspace)) {
              for (int row = 0; row < batch.size(); row++) {
                logits.get(stage - 1).add(run.logits(row));
              }
              if (stage < stages) {
                rows = run.keep(all);
              }
            }
          }
        } finally {
          rows.forEach(HandoverRow::close);
        }
      }
    }
    return logits;
  }
}
