package ai.dvt.server.engine.guard;

/**
 * How often early answers agreed with the last exit of late, with Wilson's interval. Under the
 * owner's lock.
 */
final class Agreement {
  /** Standard deviations: many, because it is looked at after every comparison. */
  private static final double Z = 4;

  /** Fewer comparisons say nothing. */
  private static final int LEAST = 100;

  /** Old comparisons count half after this many. */
  private static final int WINDOW = 2000;

  private double compared;
  private double agreed;

  void add(boolean agrees) {
    if (compared >= WINDOW) {
      compared /= 2;
      agreed /= 2;
    }
    compared++;
    agreed += agrees ? 1 : 0;
  }

  double share() {
    return compared == 0 ? 1 : agreed / compared;
  }

  /** The highest share that what was seen still allows for. */
  double upperBound() {
    if (compared < LEAST) {
      return 1;
    }
    double z2 = Z * Z;
    double middle = share() + z2 / (2 * compared);
    double half =
        Z * Math.sqrt(share() * (1 - share()) / compared + z2 / (4 * compared * compared));
    return (middle + half) / (1 + z2 / compared);
  }
}
