package ai.dvt.server.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 67108864}, {@code 64MiB}, {@code 64m} or {@code 2g}: powers of 1024. */
final class BytesConverter implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("([0-9]+)(k|m|g|t)?(i?b)?");

  @Override
  public Long convert(String text) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    try {
      if (form.matches()) {
        int power = form.group(2) == null ? 0 : "kmgt".indexOf(form.group(2)) + 1;
        return Math.multiplyExact(Long.parseLong(form.group(1)), 1L << 10 * power);
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // falls through: too large is no size either
    }
    throw new TypeConversionException(text + " (expected: a size, e.g. 64MiB or 2g)");
  }
}
