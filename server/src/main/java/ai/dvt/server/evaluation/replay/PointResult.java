package ai.dvt.server.evaluation.replay;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.records.ExitRecords;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a policy gives on recorded pictures.
 *
 * @param right the pictures answered right, by their place in the records
 * @param gflops average cost of a picture, 1e9 multiply-adds
 * @param deviation standard deviation of the pictures' costs, where pictures decide them
 * @param exitShares fraction of pictures answered at each exit
 */
public record PointResult(
    BitSet right, int pictures, double gflops, OptionalDouble deviation, List<Double> exitShares) {
  public PointResult {
    right = (BitSet) right.clone();
    exitShares = List.copyOf(exitShares);
  }

  /** Decides for every picture as the server does when nothing presses. */
  public static PointResult of(ExitRecords records, BoundPolicy policy) {
    int exits = policy.exits();
    int[] taken = new int[exits];
    BitSet right = new BitSet(records.size());
    double sum = 0;
    double squares = 0;
    for (int picture = 0; picture < records.size(); picture++) {
      int exit = exitOf(records, picture, policy);
      taken[exit - 1]++;
      right.set(picture, records.correct(picture, exit));
      if (records.hasCosts()) {
        double cost = records.gflops(picture, exit);
        sum += cost;
        squares += cost * cost;
      }
    }
    double pictures = Math.max(1, records.size());
    double gflops = sum / pictures;
    for (int exit = 0; !records.hasCosts() && exit < exits; exit++) {
      gflops += taken[exit] / pictures * policy.gflops().get(exit);
    }
    return new PointResult(
        right,
        records.size(),
        gflops,
        records.hasCosts()
            ? OptionalDouble.of(Math.sqrt(Math.max(0, squares / pictures - gflops * gflops)))
            : OptionalDouble.empty(),
        Arrays.stream(taken).mapToObj(count -> count / pictures).toList());
  }

  /** The exit that answers a picture, from 1. */
  public static int exitOf(ExitRecords records, int picture, BoundPolicy policy) {
    for (int exit = 1; exit < policy.exits(); exit++) {
      ExitDecision decision =
          policy.decide(records.outcome(picture, exit), BoundPolicy.Circumstances.CALM);
      if (decision instanceof ExitDecision.Answer) {
        return exit;
      }
    }
    return policy.exits();
  }

  /** Fraction of pictures answered right. */
  public double accuracy() {
    return (double) right.cardinality() / Math.max(1, pictures);
  }
}
