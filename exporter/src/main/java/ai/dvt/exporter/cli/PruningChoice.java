package ai.dvt.exporter.cli;

import ai.dvt.exporter.architecture.ArchitectureException;
import ai.dvt.exporter.architecture.PruningOptions;
import ai.dvt.exporter.geometry.TokenPruning.Method;
import ai.dvt.exporter.geometry.TokenPruning.Sampled.Form;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

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
      names = "--prune-last",
      paramLabel = "METHOD[:RATE,...]",
      converter = Last.Text.class,
      description =
          "A cascade's last stage drops tokens: evit:0.7. Several rates become settings, as of"
              + " --keep-rate.")
  Last last;

  /** The options of each setting by its name; one without a name if there is only one. */
  Map<String, PruningOptions> settings() {
    List<Double> rates = new ArrayList<>(keepRates);
    if (last != null && !last.rates().isEmpty()) {
      if (!rates.isEmpty()) {
        throw new ArchitectureException(
            "keep-rate", keepRates, "none beside the rate of --prune-last");
      }
      rates.addAll(last.rates());
    }
    PruningOptions options =
        new PruningOptions(
            Optional.empty(),
            dropAt,
            Optional.ofNullable(fuse),
            Optional.ofNullable(form),
            Optional.ofNullable(last).map(Last::method),
            Optional.ofNullable(skipLambda));
    Map<String, PruningOptions> settings = new LinkedHashMap<>();
    if (rates.size() < 2) {
      settings.put("", rates.isEmpty() ? options : options.withKeepRate(rates.get(0)));
      return settings;
    }
    for (double rate : rates) {
      if (settings.put(name(rate), options.withKeepRate(rate)) != null) {
        throw new ArchitectureException("keep-rate", rates, "each rate once");
      }
    }
    return settings;
  }

  /** With two decimals, or as many as the rate has. */
  private static String name(double rate) {
    for (int decimals = FEWEST_DECIMALS; decimals < MOST_DECIMALS; decimals++) {
      String text = String.format(Locale.ROOT, "%." + decimals + "f", rate);
      if (Double.parseDouble(text) == rate) {
        return "keep-" + text;
      }
    }
    return "keep-" + rate;
  }

  /** How a cascade's last stage drops tokens. */
  record Last(Method method, List<Double> rates) {
    /** Reads {@code evit}, {@code evit:0.7} and {@code evit:0.7,0.5}. */
    static final class Text implements ITypeConverter<Last> {
      @Override
      public Last convert(String text) {
        String[] parts = text.strip().split(":", -1);
        try {
          Method method = Method.valueOf(parts[0].toUpperCase(Locale.ROOT));
          if (parts.length <= 2) {
            List<Double> rates = new ArrayList<>();
            for (String rate : parts.length == 1 ? new String[0] : parts[1].split(",", -1)) {
              rates.add(Double.parseDouble(rate.strip()));
            }
            return new Last(method, rates);
          }
        } catch (IllegalArgumentException e) {
          throw new TypeConversionException('"' + text + "\" (expected: METHOD:RATE, as evit:0.7)");
        }
        throw new TypeConversionException('"' + text + "\" (expected: METHOD:RATE, as evit:0.7)");
      }
    }
  }
}
