package ai.dvt.exporter.cli;

import ai.dvt.exporter.architecture.StagePruning;
import ai.dvt.exporter.geometry.TokenPruning.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How a stage of a cascade drops tokens.
 *
 * @param stage from 1; empty: the last
 * @param rates one, or one for each setting, or none: those of {@code --keep-rate}
 */
record StageRates(OptionalInt stage, Method method, List<Double> rates) {
  private static StageRates parse(OptionalInt stage, String text) {
    String[] parts = text.split(":", -1);
    if (parts.length > 2) {
      throw new IllegalArgumentException();
    }
    Method method = Method.valueOf(parts[0].strip().toUpperCase(Locale.ROOT));
    List<Double> rates = new ArrayList<>();
    for (String rate : parts.length == 1 ? new String[0] : parts[1].split(",", -1)) {
      rates.add(Double.parseDouble(rate.strip()));
    }
    return new StageRates(stage, method, rates);
  }

  /** With one rate. */
  StagePruning with(double rate) {
    return new StagePruning(stage, method, Optional.of(rate));
  }

  /** Without a rate of its own. */
  StagePruning withoutRate() {
    return new StagePruning(stage, method, Optional.empty());
  }

  /** Reads {@code evit}, {@code evit:0.7} and {@code evit:0.7,0.5}: the last stage. */
  static final class Last implements ITypeConverter<StageRates> {
    @Override
    public StageRates convert(String text) {
      try {
        return parse(OptionalInt.empty(), text.strip());
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException('"' + text + "\" (expected: METHOD:RATE, as evit:0.7)");
      }
    }
  }

  /** Any stages. */
  record Named(List<StageRates> stages) {
    /** Reads {@code 1=evit:0.7,3=evit:0.5}, each stage as {@link Last} does. */
    static final class Text implements ITypeConverter<Named> {
      @Override
      public Named convert(String text) {
        List<StageRates> stages = new ArrayList<>();
        try {
          // A comma parts stages where a stage's number and '=' follow, else rates.
          for (String each : text.split(",(?=[^,]*=)", -1)) {
            String[] parts = each.split("=", 2);
            stages.add(parse(OptionalInt.of(Integer.parseInt(parts[0].strip())), parts[1]));
          }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
          throw new TypeConversionException(
              '"' + text + "\" (expected: STAGE=METHOD:RATE,..., as 1=evit:0.7,3=evit:0.5)");
        }
        return new Named(stages);
      }
    }
  }
}
