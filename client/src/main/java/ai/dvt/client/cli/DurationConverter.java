package ai.dvt.client.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 100ms}, {@code 2.5s}, {@code 1m}. */
final class DurationConverter implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(us|ms|s|m)");
  private static final Map<String, Long> NANOS =
      Map.of("us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L);

  @Override
  public Duration convert(String text) {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches()) {
      BigDecimal nanos =
          new BigDecimal(matcher.group(1))
              .multiply(BigDecimal.valueOf(NANOS.get(matcher.group(2))));
      if (nanos.signum() > 0 && nanos.precision() - nanos.scale() < 18) {
        return Duration.ofNanos(nanos.longValue());
      }
    }
    throw new TypeConversionException(
        "\"" + text + "\" (expected: a time > 0, e.g. 100ms, 2.5s or 1m)");
  }
}
