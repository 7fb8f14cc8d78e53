package ai.dvt.exporter.cli;

import ai.dvt.cascade.OperatingPoint;
import ai.dvt.exporter.calibration.SolvedPoint;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Solved points with their names, from cheap to dear, each thresholds once. */
record SolvedTable(Map<String, SolvedPoint> byName) {
  private static final int FEWEST_DECIMALS = 2;
  private static final int MOST_DECIMALS = 6;

  /**
   * Names the points by cost, with as many decimals as tell them apart.
   *
   * @param taken names that other calibrations of the model have
   * @param calibration tells names apart that are taken all the same
   */
  static SolvedTable of(List<SolvedPoint> points, Set<String> taken, String calibration) {
    Map<List<Float>, SolvedPoint> byThresholds = new LinkedHashMap<>();
    points.stream()
        .sorted(java.util.Comparator.comparingDouble(SolvedPoint::gflops))
        .forEach(point -> byThresholds.putIfAbsent(point.urges(), point));
    List<SolvedPoint> different = List.copyOf(byThresholds.values());
    List<String> names = List.of();
    for (int decimals = FEWEST_DECIMALS; decimals <= MOST_DECIMALS; decimals++) {
      names = names(different, decimals);
      Set<String> unique = new HashSet<>(names);
      if (unique.size() == different.size() && java.util.Collections.disjoint(unique, taken)) {
        break;
      }
    }
    Map<String, SolvedPoint> byName = new LinkedHashMap<>();
    for (int i = 0; i < different.size(); i++) {
      String name = names.get(i);
      for (int copy = 2; byName.containsKey(name) || taken.contains(name); copy++) {
        name = names.get(i) + "-" + calibration + (copy > 2 ? "-" + (copy - 1) : "");
      }
      byName.put(name, different.get(i));
    }
    return new SolvedTable(byName);
  }

  private static List<String> names(List<SolvedPoint> points, int decimals) {
    String form = "%." + decimals + "fGFLOPs";
    return points.stream().map(p -> String.format(Locale.ROOT, form, p.gflops())).toList();
  }

  /** From cheap to dear. */
  List<SolvedPoint> points() {
    return new ArrayList<>(byName.values());
  }

  String name(SolvedPoint point) {
    return byName.entrySet().stream()
        .filter(entry -> entry.getValue().equals(point))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  static void print(List<OperatingPoint> points, String chosen, PrintWriter out) {
    int width = points.stream().mapToInt(p -> p.name().length()).max().orElse(0);
    out.printf(
        "  %-" + width + "s  %8s  %8s  %-24s  %s%n",
        "point",
        "accuracy",
        "GFLOPs",
        "exits",
        "policy");
    for (OperatingPoint point : points) {
      out.printf(
          "%s %-" + width + "s  %7.2f%%  %8.4f  %-24s  %s%n",
          point.name().equals(chosen) ? "*" : " ",
          point.name(),
          100 * point.expectedAccuracy().orElse(Double.NaN),
          point.expectedGflops().orElse(Double.NaN),
          point.exitShares().stream()
              .map(share -> String.format(Locale.ROOT, "%.1f%%", 100 * share))
              .collect(Collectors.joining(" ")),
          point.thresholds());
    }
  }
}
