package ai.dvt.server.grpc.oip;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.Thresholds;
import ai.dvt.server.engine.Caller;
import ai.dvt.server.grpc.Order;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.ServedModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads an exit policy from parameters. What is given replaces that part of the model's default
 * policy; the other parts stay.
 */
final class ExitParameters {
  static final String PREFIX = "dvt.";
  static final String OPERATING_POINT = PREFIX + "operating_point";
  static final String THRESHOLDS = PREFIX + "thresholds";
  static final String CRITERION = PREFIX + "criterion";
  static final String STOP_AT = PREFIX + "stop_at";
  static final String BUDGET_GFLOPS = PREFIX + "budget_gflops";
  static final String DEADLINE_US = PREFIX + "deadline_us";
  static final String FLOOR = PREFIX + "floor";
  static final String ADAPT = PREFIX + "adapt";

  /** Characters. */
  private static final int THRESHOLDS_LIMIT = 10_000;

  private static final List<String> KEYS =
      List.of(
          OPERATING_POINT,
          THRESHOLDS,
          CRITERION,
          STOP_AT,
          BUDGET_GFLOPS,
          DEADLINE_US,
          FLOOR,
          ADAPT);

  private final Parameters parameters;

  private ExitParameters(Parameters parameters) {
    this.parameters = parameters;
  }

  /**
   * The model and policy for a request.
   *
   * @throws RequestException naming the parameter that does not read or does not fit the model, or
   *     an unknown one that begins with {@code dvt.}
   */
  static Order order(Parameters parameters, ServedModel model, Caller caller)
      throws RequestException {
    for (String key : parameters.keys()) {
      if (key.startsWith(PREFIX) && !KEYS.contains(key)) {
        throw RequestException.invalid(
            parameters.field(key), "unknown", "one of " + String.join(", ", KEYS));
      }
    }
    return new ExitParameters(parameters).over(model.version().defaultPolicy(), model, caller);
  }

  private Order over(ExitPolicy standard, ServedModel model, Caller caller)
      throws RequestException {
    OptionalInt stopAt = exit(STOP_AT);
    OptionalInt floor = exit(FLOOR);
    OptionalDouble gflops = parameters.number(BUDGET_GFLOPS);
    Optional<Duration> budget = budget();
    try {
      ExitPolicy policy =
          new ExitPolicy(
              rule().orElse(standard.rule()),
              stopAt.isPresent() ? stopAt : standard.stopAt(),
              gflops.isPresent() ? gflops : standard.maxGflops(),
              budget.isPresent() ? budget : standard.latencyBudget(),
              floor.isPresent() ? floor : standard.floor(),
              parameters.flag(ADAPT, standard.adapt()));
      ServedModel setting = model.forPolicy(policy);
      return new Order(setting, setting.bind(policy), 1, caller);
    } catch (ContractException e) {
      throw refusal(e);
    }
  }

  private Optional<ExitRule> rule() throws RequestException {
    Optional<String> point = parameters.text(OPERATING_POINT);
    Optional<String> thresholds = parameters.text(THRESHOLDS);
    Optional<String> criterion = parameters.text(CRITERION);
    if (point.isPresent() && (thresholds.isPresent() || criterion.isPresent())) {
      throw RequestException.invalid(
          parameters.field(OPERATING_POINT),
          '"' + point.get() + '"',
          "either an operating point or thresholds");
    }
    if (criterion.isPresent() && thresholds.isEmpty()) {
      throw RequestException.invalid(
          parameters.field(CRITERION), '"' + criterion.get() + '"', THRESHOLDS + " beside it");
    }
    if (thresholds.isPresent()) {
      return Optional.of(new Thresholds(criterion(criterion), values(thresholds.get())));
    }
    return point.map(ExitRule.AtPoint::new);
  }

  private Criterion criterion(Optional<String> text) throws RequestException {
    if (text.isEmpty()) {
      return Criterion.CONFIDENCE;
    }
    for (Criterion criterion : Criterion.values()) {
      if (criterion.text().equals(text.get().strip().toLowerCase(Locale.ROOT))) {
        return criterion;
      }
    }
    throw RequestException.invalid(
        parameters.field(CRITERION),
        '"' + text.get() + '"',
        "one of " + Arrays.stream(Criterion.values()).map(Criterion::text).toList());
  }

  private List<Float> values(String text) throws RequestException {
    List<Float> values = new ArrayList<>();
    if (text.length() > THRESHOLDS_LIMIT) {
      throw RequestException.invalid(
          parameters.field(THRESHOLDS),
          text.length() + " characters",
          "at most " + THRESHOLDS_LIMIT);
    }
    if (text.isBlank()) { // a cascade of one exit has no threshold
      return values;
    }
    for (String item : text.split(",", -1)) {
      String number = item.strip();
      try {
        values.add(number.equalsIgnoreCase("never") ? Thresholds.NEVER : Float.parseFloat(number));
      } catch (NumberFormatException e) {
        throw RequestException.invalid(
            parameters.field(THRESHOLDS),
            '"' + text + '"',
            "numbers or 'never', separated by ',', e.g. \"0.8,0.6\"");
      }
    }
    return values;
  }

  private OptionalInt exit(String key) throws RequestException {
    OptionalLong value = parameters.integer(key);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    if (value.getAsLong() < 1 || value.getAsLong() > Integer.MAX_VALUE) {
      throw RequestException.invalid(parameters.field(key), value.getAsLong(), "an exit, from 1");
    }
    return OptionalInt.of((int) value.getAsLong());
  }

  private Optional<Duration> budget() throws RequestException {
    OptionalLong micros = parameters.integer(DEADLINE_US);
    if (micros.isEmpty()) {
      return Optional.empty();
    }
    if (micros.getAsLong() < 1) {
      throw RequestException.invalid(
          parameters.field(DEADLINE_US), micros.getAsLong(), "microseconds, > 0");
    }
    return Optional.of(
        Duration.ofSeconds(micros.getAsLong() / 1_000_000, micros.getAsLong() % 1_000_000 * 1_000));
  }

  /** Names the parameter in place of the policy's own field. */
  private RequestException refusal(ContractException cause) {
    String field = cause.field();
    String key =
        switch (field) {
          case "stop_at" -> STOP_AT;
          case "floor" -> FLOOR;
          case "max_gflops" -> BUDGET_GFLOPS;
          case "latency_budget" -> DEADLINE_US;
          case "operating_point" -> OPERATING_POINT;
          default -> THRESHOLDS;
        };
    String finding = cause.getMessage().substring(field.length());
    return new RequestException(
        RequestException.Kind.INVALID, parameters.field(key), parameters.field(key) + finding);
  }
}
