package ai.dvt.server.grpc.oip;

import ai.dvt.inference.InferParameter;
import ai.dvt.server.grpc.RequestException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** A map of parameters, read by key; numbers may also come as strings. */
final class Parameters {
  private final Map<String, InferParameter> values;
  private final String parent;

  /**
   * @param parent the map's name in the request, e.g. {@code parameters}
   */
  Parameters(Map<String, InferParameter> values, String parent) {
    this.values = values;
    this.parent = parent;
  }

  Set<String> keys() {
    return values.keySet();
  }

  boolean has(String key) {
    return values.containsKey(key);
  }

  /** The name of a parameter's field in errors, e.g. {@code parameters[priority]}. */
  String field(String key) {
    return parent + "[" + key + "]";
  }

  /** A whole number. */
  OptionalLong integer(String key) throws RequestException {
    InferParameter value = values.get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    if (value.hasInt64Param()) {
      return OptionalLong.of(value.getInt64Param());
    }
    try {
      return OptionalLong.of(decimal(value).longValueExact());
    } catch (ArithmeticException | NumberFormatException e) {
      throw RequestException.invalid(field(key), shown(value), "a whole number of 64 bits");
    }
  }

  /** A number that is finite. */
  OptionalDouble number(String key) throws RequestException {
    InferParameter value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    try {
      double number =
          value.hasDoubleParam() ? value.getDoubleParam() : decimal(value).doubleValue();
      if (Double.isFinite(number)) {
        return OptionalDouble.of(number);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw RequestException.invalid(field(key), shown(value), "a finite number");
  }

  /** A text; a number is taken as the text of it. */
  Optional<String> text(String key) throws RequestException {
    InferParameter value = values.get(key);
    if (value == null) {
      return Optional.empty();
    }
    return switch (value.getParameterChoiceCase()) {
      case STRING_PARAM -> Optional.of(value.getStringParam());
      case INT64_PARAM, UINT64_PARAM, DOUBLE_PARAM -> Optional.of(shown(value));
      default -> throw RequestException.invalid(field(key), shown(value), "a string");
    };
  }

  /** Whether a parameter is there and true. */
  boolean flag(String key, boolean otherwise) throws RequestException {
    InferParameter value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    if (value.hasBoolParam()) {
      return value.getBoolParam();
    }
    if (value.getStringParam().equalsIgnoreCase("true")
        || value.getStringParam().equalsIgnoreCase("false")) {
      return Boolean.parseBoolean(value.getStringParam());
    }
    throw RequestException.invalid(field(key), shown(value), "true or false");
  }

  /** A hostile exponent would take forever to write out: only short texts are numbers. */
  private static BigDecimal decimal(InferParameter value) {
    String text = shown(value).strip();
    if (value.hasBoolParam() || text.length() > 40) {
      throw new NumberFormatException();
    }
    BigDecimal number = new BigDecimal(text);
    if (Math.abs((long) number.scale()) > 400) {
      throw new NumberFormatException();
    }
    return number;
  }

  private static String shown(InferParameter value) {
    return switch (value.getParameterChoiceCase()) {
      case BOOL_PARAM -> String.valueOf(value.getBoolParam());
      case INT64_PARAM -> String.valueOf(value.getInt64Param());
      case STRING_PARAM -> value.getStringParam();
      case DOUBLE_PARAM -> String.valueOf(value.getDoubleParam());
      case UINT64_PARAM -> Long.toUnsignedString(value.getUint64Param());
      case PARAMETERCHOICE_NOT_SET -> "no value";
    };
  }
}
