package ai.dvt.server.engine.budget;

import ai.dvt.cascade.OperatingPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How many of the images that reach an exit should go on, so that an image costs a given average.
 *
 * @param shares by exit, the last one left out
 */
record GoingOn(List<Double> shares) {
  private static final int HALVINGS = 60;

  GoingOn {
    shares = List.copyOf(shares);
  }

  /**
   * Between the two operating points whose expected costs are next to the average, as the
   * calibration found them good; without points every exit keeps the same share from going on, as
   * in budgeted batch classification (MSDNet, Huang et al. 2018).
   *
   * @param average cost of an image, 1e9 multiply-adds
   * @param gflops cumulative cost of each exit
   */
  static GoingOn of(double average, List<Double> gflops, List<OperatingPoint> points) {
    int exits = gflops.size();
    List<List<Double>> curve = new ArrayList<>();
    for (OperatingPoint point : points) {
      if (point.exitShares().size() == exits) {
        curve.add(point.exitShares());
      }
    }
    if (curve.isEmpty()) {
      return equal(average, gflops);
    }
    curve.add(alone(1, exits));
    curve.add(alone(exits, exits));
    curve.sort(Comparator.comparingDouble(shares -> cost(shares, gflops)));
    for (int i = 1; i < curve.size(); i++) {
      double low = cost(curve.get(i - 1), gflops);
      double high = cost(curve.get(i), gflops);
      if (average <= high && high > low) {
        double part = Math.max(0, (average - low) / (high - low));
        List<Double> shares = new ArrayList<>();
        for (int exit = 0; exit < exits; exit++) {
          shares.add((1 - part) * curve.get(i - 1).get(exit) + part * curve.get(i).get(exit));
        }
        return leaving(shares);
      }
    }
    return leaving(alone(exits, exits));
  }

  private static GoingOn equal(double average, List<Double> gflops) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      double cost = gflops.get(0);
      double reach = 1;
      for (int exit = 1; exit < gflops.size(); exit++) {
        reach *= middle;
        cost += reach * (gflops.get(exit) - gflops.get(exit - 1));
      }
      if (cost <= average) {
        low = middle;
      } else {
        high = middle;
      }
    }
    List<Double> shares = new ArrayList<>();
    for (int exit = 1; exit < gflops.size(); exit++) {
      shares.add(low);
    }
    return new GoingOn(shares);
  }

  private static List<Double> alone(int exit, int exits) {
    List<Double> shares = new ArrayList<>();
    for (int i = 1; i <= exits; i++) {
      shares.add(i == exit ? 1.0 : 0.0);
    }
    return shares;
  }

  private static double cost(List<Double> shares, List<Double> gflops) {
    double cost = 0;
    for (int exit = 0; exit < gflops.size(); exit++) {
      cost += shares.get(exit) * gflops.get(exit);
    }
    return cost;
  }

  private static GoingOn leaving(List<Double> exitShares) {
    List<Double> going = new ArrayList<>();
    double reach = 1;
    for (int exit = 0; exit < exitShares.size() - 1; exit++) {
      double next = Math.max(0, reach - exitShares.get(exit));
      going.add(reach <= 0 ? 0 : next / reach);
      reach = next;
    }
    return new GoingOn(going);
  }

  /**
   * @param exit from 1
   */
  double at(int exit) {
    return shares.get(exit - 1);
  }
}
