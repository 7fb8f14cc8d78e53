package ai.dvt.server.evaluation;

import ai.dvt.server.runtime.StageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases run in turns, so that whatever disturbs the machine disturbs all of them. */
public final class ChainRounds {
  /**
   * A case's figures over the rounds.
   *
   * @param imagesPerSecond median
   * @param between share of the time between the stages, median
   * @param ratio images per second against the first case in the same round: lowest, median,
   *     highest
   */
  public record Row(
      String name, int batch, double imagesPerSecond, double between, double[] ratio) {
    public Row {
      ratio = ratio.clone();
    }

    @Override
    public double[] ratio() {
      return ratio.clone();
    }
  }

  private final List<ChainCase> cases;

  public ChainRounds(List<ChainCase> cases) {
    this.cases = List.copyOf(cases);
  }

  /**
   * Runs every case once unmeasured, then {@code rounds} times in turns.
   *
   * @return one a case, in their order
   */
  public List<Row> measure(int images, int batch, List<Double> shares, int rounds)
      throws StageException {
    List<List<ChainCase.Pass>> passes = new ArrayList<>();
    for (ChainCase one : cases) {
      one.run(images, batch, shares);
      passes.add(new ArrayList<>());
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < cases.size(); i++) {
        passes.get(i).add(cases.get(i).run(images, batch, shares));
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      List<ChainCase.Pass> mine = passes.get(i);
      double[] ratios = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        ratios[round] =
            mine.get(round).imagesPerSecond() / passes.get(0).get(round).imagesPerSecond();
      }
      Arrays.sort(ratios);
      rows.add(
          new Row(
              cases.get(i).name(),
              batch,
              median(mine.stream().mapToDouble(ChainCase.Pass::imagesPerSecond).toArray()),
              median(mine.stream().mapToDouble(ChainCase.Pass::between).toArray()),
              new double[] {ratios[0], median(ratios), ratios[rounds - 1]}));
    }
    return rows;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
