package ai.dvt.exporter.cli;

import ai.dvt.cascade.OperatingPoint;
import ai.dvt.exporter.calibration.Candidate;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Solved points with their names, from cheap to dear, each thresholds of a setting once. */
record SolvedTable(Map<String, Candidate> byName) {
  private static final int FEWEST_DECIMALS = 2;
  private static final int MOST_DECIMALS = 6;

  /** What makes two points the same. */
  private record Same(String setting, List<Float> urges) {}

  /**
   * Names the points: a setting without early exits after the setting, others by cost, with as many
   * decimals as tell them apart.
   *
   * @param taken names that other calibrations of the model have
   * @param calibration tells names apart that are taken all the same
   */
  static SolvedTable of(List<Candidate> points, Set<String> taken, String calibration) {
    Map<Same, Candidate> unique = new LinkedHashMap<>();
    points.stream()
        .sorted(Comparator.comparingDouble(Candidate::gflops))
        .forEach(
            point -> unique.putIfAbsent(new Same(point.setting(), point.point().urges()), point));
    List<Candidate> different = List.copyOf(unique.values());
    List<String> names = List.of();
    for (int decimals = FEWEST_DECIMALS; decimals <= MOST_DECIMALS; decimals++) {
      names = names(different, decimals);
      Set<String> told = new HashSet<>(names);
      if (told.size() == different.size() && Collections.disjoint(told, taken)) {
        break;
      }
    }
    Map<String, Candidate> byName = new LinkedHashMap<>();
    for (int i = 0; i < different.size(); i++) {
      String name = names.get(i);
      for (int copy = 2; byName.containsKey(name) || taken.contains(name); copy++) {
        name = names.get(i) + "-" + calibration + (copy > 2 ? "-" + (copy - 1) : "");
      }
      byName.put(name, different.get(i));
    }
    return new SolvedTable(byName);
  }

  private static List<String> names(List<Candidate> points, int decimals) {
    String form = "%." + decimals + "fGFLOPs";
    return points.stream()
        .map(
            point ->
                point.setting().isEmpty() || point.table().exits() > 1
                    ? String.format(Locale.ROOT, form, point.gflops())
                    : point.setting())
        .toList();
  }

  /** From cheap to dear. */
  List<Candidate> points() {
    return new ArrayList<>(byName.values());
  }

  String name(Candidate point) {
    return byName.entrySet().stream()
        .filter(entry -> entry.getValue().equals(point))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  static void print(List<OperatingPoint> points, String chosen, PrintWriter out) {
    int width = width(points.stream().map(OperatingPoint::name).toList(), "point");
    List<String> settings = points.stream().map(p -> p.variant().orElse("")).toList();
    boolean several = settings.stream().anyMatch(setting -> !setting.isEmpty());
    int settingWidth = several ? width(settings, "setting") : 0;
    out.printf(
        "  %-" + width + "s  %s%8s  %8s  %-24s  %s%n",
        "point",
        several ? padded("setting", settingWidth) + "  " : "",
        "accuracy",
        "GFLOPs",
        "exits",
        "policy");
    for (int i = 0; i < points.size(); i++) {
      OperatingPoint point = points.get(i);
      out.printf(
          "%s %-" + width + "s  %s%7.2f%%  %8.4f  %-24s  %s%n",
          point.name().equals(chosen) ? "*" : " ",
          point.name(),
          several ? padded(settings.get(i), settingWidth) + "  " : "",
          100 * point.expectedAccuracy().orElse(Double.NaN),
          point.expectedGflops().orElse(Double.NaN),
          point.exitShares().stream()
              .map(share -> String.format(Locale.ROOT, "%.1f%%", 100 * share))
              .collect(Collectors.joining(" ")),
          point.thresholds());
    }
  }

  private static int width(List<String> texts, String title) {
    return Math.max(
        title.length(), texts.stream().mapToInt(String::length).max().orElse(title.length()));
  }

  private static String padded(String text, int width) {
    return String.format(Locale.ROOT, "%-" + width + "s", text);
  }
}
