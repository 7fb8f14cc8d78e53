package ai.dvt.exporter.cli;

import ai.dvt.exporter.architecture.ArchitectureException;
import ai.dvt.exporter.architecture.PruningOptions;
import ai.dvt.exporter.architecture.StagePruning;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** How tokens are dropped, which no tensor tells. */
final class PruningChoice {
  private static final int FEWEST_DECIMALS = 2;
  private static final int MOST_DECIMALS = 9;

  @Option(
      names = "--keep-rate",
      split = ",",
      paramLabel = "RATE",
      description =
          "Share of the tokens that each step keeps (DynamicViT, EViT), as 0.7. Several rates become"
              + " settings of one model, keep-0.70 and so on, which share the weights.")
  List<Double> keepRates = new ArrayList<>();

  @Option(
      names = "--drop-at",
      split = ",",
      paramLabel = "LAYER",
      description =
          "Layers, from 0, that drop tokens. Default: the quarters of the depth (3,6,9 of 12); ATS:"
              + " every layer from the first quarter on.")
  List<Integer> dropAt = new ArrayList<>();

  @Option(
      names = "--drop-from",
      split = ",",
      paramLabel = "LAYER",
      description =
          "ATS: the first layer, from 0, that drops tokens; all after it do too. Several become"
              + " settings of one model, from-9 and so on, which share the weights.")
  List<Integer> dropFrom = new ArrayList<>();

  @Option(
      names = "--fuse",
      negatable = true,
      description =
          "EViT: dropped tokens go on as one, their weighted sum. Default: they are lost.")
  Boolean fuse;

  @Option(
      names = "--ats-form",
      paramLabel = "FORM",
      description =
          "ATS: compact (default; fewer tokens, an image's answer does not depend on its batch),"
              + " mask (static shapes, saves nothing) or drop (the authors' evaluation, where it"
              + " does depend on the batch; for comparison only).")
  Form form;

  @Option(
      names = "--skip-lam",
      paramLabel = "NUMBER",
      description = "LV-ViT: divisor of the residual branches. Default: 2.")
  Double skipLambda;

  @Option(
      names = "--prune",
      paramLabel = "STAGE=METHOD[:RATE,...],...",
      converter = StageRates.Named.Text.class,
      description =
          "Stages of a cascade that drop tokens, from 1: 1=evit:0.7,2=evit:0.7. What they hand on is"
              + " put back into its places. Several rates of a stage become settings, one for each;"
              + " a single rate is that of every setting.")
  StageRates.Named stages;

  @Option(
      names = "--prune-last",
      paramLabel = "METHOD[:RATE,...]",
      converter = StageRates.Last.class,
      description = "The same for the last stage, without its number: evit:0.7.")
  StageRates last;

  /** The options of each setting by its name; one without a name if there is only one. */
  Map<String, PruningOptions> settings() {
    List<StageRates> pruned = new ArrayList<>(stages == null ? List.of() : stages.stages());
    if (last != null) {
      pruned.add(last);
    }
    PruningOptions options =
        new PruningOptions(
            Optional.empty(),
            dropAt,
            Optional.ofNullable(fuse),
            Optional.ofNullable(form),
            pruned.stream().map(StageRates::withoutRate).toList(),
            Optional.ofNullable(skipLambda));
    List<List<Double>> columns = columns(pruned);
    int count = columns.stream().mapToInt(List::size).max().orElse(0);
    Map<String, PruningOptions> settings = new LinkedHashMap<>();
    if (!dropFrom.isEmpty()) {
      if (count > 0) {
        throw new ArchitectureException("drop-from", dropFrom, "no --keep-rate beside it");
      }
      for (int layer : dropFrom) {
        String name = dropFrom.size() == 1 ? "" : "from-" + layer;
        if (settings.put(name, options.withFrom(layer)) != null) {
          throw new ArchitectureException("drop-from", dropFrom, "each layer once");
        }
      }
      return settings;
    }
    if (count == 0) {
      settings.put("", options);
      return settings;
    }
    for (int i = 0; i < count; i++) {
      List<Double> rates = new ArrayList<>();
      for (List<Double> column : columns) {
        rates.add(column.get(column.size() == 1 ? 0 : i));
      }
      String name = count == 1 ? "" : name(rates);
      if (settings.put(name, with(options, pruned, rates)) != null) {
        throw new ArchitectureException("keep-rate", columns.get(0), "each rate once");
      }
    }
    return settings;
  }

  /** The rates of each stage that drops tokens, one or as many as there are settings. */
  private List<List<Double>> columns(List<StageRates> pruned) {
    boolean needed = pruned.isEmpty() || pruned.stream().anyMatch(each -> each.rates().isEmpty());
    if (!needed && !keepRates.isEmpty()) {
      throw new ArchitectureException(
          "keep-rate", keepRates, "none beside the rates of --prune and --prune-last");
    }
    List<List<Double>> columns = new ArrayList<>();
    for (StageRates each : pruned) {
      columns.add(each.rates().isEmpty() ? keepRates : each.rates());
    }
    if (pruned.isEmpty()) {
      columns.add(keepRates);
    }
    int count = columns.stream().mapToInt(List::size).max().orElse(0);
    for (List<Double> column : columns) {
      if (column.size() > 1 && column.size() != count) {
        throw new ArchitectureException(
            "prune", column + " beside " + count + " rates", "one rate, or as many as others");
      }
      if (column.isEmpty() && count > 0) {
        throw new ArchitectureException(
            "prune", "a stage without a rate", "a rate for every stage, or --keep-rate");
      }
    }
    return columns;
  }

  private static PruningOptions with(
      PruningOptions options, List<StageRates> pruned, List<Double> rates) {
    if (pruned.isEmpty()) {
      return options.withKeepRate(rates.get(0));
    }
    List<StagePruning> stages = new ArrayList<>();
    for (int i = 0; i < pruned.size(); i++) {
      stages.add(pruned.get(i).with(rates.get(i)));
    }
    return options.withStages(stages);
  }

  /** {@code keep-0.70}; with each stage's where they differ: {@code keep-0.90-0.50}. */
  private static String name(List<Double> rates) {
    return rates.stream().distinct().count() == 1
        ? "keep-" + text(rates.get(0))
        : "keep-" + rates.stream().map(PruningChoice::text).collect(Collectors.joining("-"));
  }

  /** With two decimals, or as many as the rate has. */
  private static String text(double rate) {
    for (int decimals = FEWEST_DECIMALS; decimals < MOST_DECIMALS; decimals++) {
      String text = String.format(Locale.ROOT, "%." + decimals + "f", rate);
      if (Double.parseDouble(text) == rate) {
        return text;
      }
    }
    return String.valueOf(rate);
  }
}
