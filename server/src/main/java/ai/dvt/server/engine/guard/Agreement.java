package ai.dvt.server.engine.guard;

/**
 * How often early answers agreed with the last exit of late, with Wilson's interval. Under the
 * owner's lock.
 */
final class Agreement {
  /** Two-sided 99.9 %: it is looked at again and again. */
  private static final double Z = 3.29;

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
    if (compared == 0) {
      return 1;
    }
    double z2 = Z * Z;
    double middle = share() + z2 / (2 * compared);
    double half =
        Z * Math.sqrt(share() * (1 - share()) / compared + z2 / (4 * compared * compared));
    return (middle + half) / (1 + z2 / compared);
  }
}
