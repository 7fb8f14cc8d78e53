package ai.dvt.cascade;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * When an image may leave the cascade: a rule, caps and a floor.
 *
 * <p>Text form: parts separated by {@code ;}, the rule first. Rules: {@code confidence>=0.8,0.6},
 * {@code entropy<=0.3,0.5}, {@code margin>=0.5,never}, {@code point=1.2GFLOPs}, {@code last} (no
 * early exit; the default when there are only limits). Limits: {@code stop=2}, {@code
 * cost=1.5GFLOPs}, {@code deadline=50ms}, {@code floor=2}, {@code adapt=no}. {@link #parse} reads
 * what {@link #toString} writes.
 *
 * @param stopAt cap: answer at this exit at the latest
 * @param maxGflops cap: never start a stage that brings the image's cost above this, 1e9
 *     multiply-adds
 * @param latencyBudget cap: answer with the best exit reached when the next stage would end later
 * @param floor no answer before this exit unless a cap asks for it
 * @param adapt whether a server under load may answer earlier than the rule says
 */
public record ExitPolicy(
    ExitRule rule,
    OptionalInt stopAt,
    OptionalDouble maxGflops,
    Optional<Duration> latencyBudget,
    OptionalInt floor,
    boolean adapt) {

  /** No early exit and no limit. */
  public static final ExitPolicy LAST_EXIT = of(new ExitRule.LastExit());

  /** The longest latency budget; up to here the text form is exact to the nanosecond. */
  private static final Duration LONGEST_BUDGET = Duration.ofDays(30);

  public ExitPolicy {
    if (stopAt.isPresent() && stopAt.getAsInt() < 1) {
      throw new ContractException("stop_at", stopAt.getAsInt(), "an exit, from 1");
    }
    if (floor.isPresent() && floor.getAsInt() < 1) {
      throw new ContractException("floor", floor.getAsInt(), "an exit, from 1");
    }
    if (maxGflops.isPresent()
        && !(maxGflops.getAsDouble() > 0 && Double.isFinite(maxGflops.getAsDouble()))) {
      throw new ContractException("max_gflops", maxGflops.getAsDouble(), "> 0");
    }
    if (latencyBudget.isPresent()
        && (latencyBudget.get().isNegative()
            || latencyBudget.get().isZero()
            || latencyBudget.get().compareTo(LONGEST_BUDGET) > 0)) {
      throw new ContractException(
          "latency_budget", latencyBudget.get(), "> 0, at most " + LONGEST_BUDGET);
    }
  }

  /** The rule alone, without limits. */
  public static ExitPolicy of(ExitRule rule) {
    return new ExitPolicy(
        rule,
        OptionalInt.empty(),
        OptionalDouble.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        true);
  }

  /**
   * Reads the text form.
   *
   * @throws ContractException naming the part that does not read
   */
  public static ExitPolicy parse(String text) {
    ExitRule rule = null;
    OptionalInt stopAt = OptionalInt.empty();
    OptionalDouble maxGflops = OptionalDouble.empty();
    Optional<Duration> latencyBudget = Optional.empty();
    OptionalInt floor = OptionalInt.empty();
    boolean adapt = true;
    List<String> seen = new ArrayList<>();
    for (String raw : text.split(";", -1)) {
      String part = raw.strip();
      int end = 0;
      while (end < part.length() && Character.isLetter(part.charAt(end))) {
        end++;
      }
      String key = part.substring(0, end).toLowerCase(Locale.ROOT);
      String rest = part.substring(end).strip();
      boolean isRule =
          switch (key) {
            case "confidence", "entropy", "margin", "point", "last" -> true;
            case "stop", "cost", "deadline", "floor", "adapt" -> false;
            default ->
                throw new ContractException(
                    "policy",
                    '"' + part + '"',
                    "confidence>=..., entropy<=..., margin>=..., point=NAME, last, stop=EXIT,"
                        + " cost=GFLOPs, deadline=TIME, floor=EXIT or adapt=no, separated by ';'");
          };
      if (seen.contains(isRule ? "rule" : key)) {
        throw new ContractException("policy", '"' + part + '"', "each part once, one rule");
      }
      seen.add(isRule ? "rule" : key);
      switch (key) {
        case "last" -> {
          expect(rest.isEmpty(), part, "last");
          rule = new ExitRule.LastExit();
        }
        case "point" -> rule = new ExitRule.AtPoint(value(part, rest, "="));
        case "stop" -> stopAt = OptionalInt.of(exit(part, value(part, rest, "=")));
        case "floor" -> floor = OptionalInt.of(exit(part, value(part, rest, "=")));
        case "cost" -> maxGflops = OptionalDouble.of(gflops(part, value(part, rest, "=")));
        case "deadline" -> latencyBudget = Optional.of(duration(part, value(part, rest, "=")));
        case "adapt" -> adapt = yes(part, value(part, rest, "="));
        default -> {
          Criterion criterion = Criterion.valueOf(key.toUpperCase(Locale.ROOT));
          rule = thresholds(criterion, part, value(part, rest, criterion.operator()));
        }
      }
    }
    return new ExitPolicy(
        rule == null ? new ExitRule.LastExit() : rule,
        stopAt,
        maxGflops,
        latencyBudget,
        floor,
        adapt);
  }

  private static boolean yes(String part, String value) {
    boolean yes = value.equalsIgnoreCase("yes");
    expect(yes || value.equalsIgnoreCase("no"), part, "adapt=yes or adapt=no");
    return yes;
  }

  private static void expect(boolean holds, String part, String form) {
    if (!holds) {
      throw new ContractException("policy", '"' + part + '"', form);
    }
  }

  private static String value(String part, String rest, String operator) {
    expect(rest.startsWith(operator), part, "'" + operator + "' after the name");
    return rest.substring(operator.length()).strip();
  }

  private static int exit(String part, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new ContractException("policy", '"' + part + '"', "the number of an exit");
    }
  }

  private static double gflops(String part, String value) {
    String number =
        value.toLowerCase(Locale.ROOT).endsWith("gflops")
            ? value.substring(0, value.length() - "gflops".length()).strip()
            : value;
    try {
      return Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw new ContractException("policy", '"' + part + '"', "a number of GFLOPs");
    }
  }

  private static Duration duration(String part, String value) {
    String[] units = {"us", "ms", "s"};
    long[] nanos = {1_000, 1_000_000, 1_000_000_000};
    for (int i = 0; i < units.length; i++) {
      if (value.endsWith(units[i])) {
        try {
          double number =
              Double.parseDouble(value.substring(0, value.length() - units[i].length()));
          return Duration.ofNanos(Math.round(number * nanos[i]));
        } catch (NumberFormatException e) {
          break;
        }
      }
    }
    throw new ContractException("policy", '"' + part + '"', "a number with us, ms or s");
  }

  private static Thresholds thresholds(Criterion criterion, String part, String value) {
    List<Float> values = new ArrayList<>();
    if (value.isEmpty()) {
      // A cascade of one exit has no threshold.
      return new Thresholds(criterion, values);
    }
    for (String item : value.split(",", -1)) {
      String number = item.strip();
      try {
        values.add(number.equals("never") ? Thresholds.NEVER : Float.parseFloat(number));
      } catch (NumberFormatException e) {
        throw new ContractException(
            "policy", '"' + part + '"', "numbers or 'never', separated by ','");
      }
    }
    return new Thresholds(criterion, values);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(rule.toString());
    stopAt.ifPresent(v -> text.append("; stop=").append(v));
    maxGflops.ifPresent(v -> text.append("; cost=").append(v).append("GFLOPs"));
    latencyBudget.ifPresent(v -> text.append("; deadline=").append(micros(v)));
    floor.ifPresent(v -> text.append("; floor=").append(v));
    if (!adapt) {
      text.append("; adapt=no");
    }
    return text.toString();
  }

  private static String micros(Duration duration) {
    long nanos = duration.toNanos();
    return nanos % 1_000_000 == 0
        ? nanos / 1_000_000 + "ms"
        : java.math.BigDecimal.valueOf(nanos, 3).stripTrailingZeros().toPlainString() + "us";
  }
}
