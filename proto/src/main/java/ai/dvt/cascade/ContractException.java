package ai.dvt.cascade;

/**
 * A value that breaks a rule of the contract; the message reads {@code name: got (expected: rule)}.
 */
public final class ContractException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;

  public ContractException(String field, Object got, String rule) {
    super(field + ": " + got + " (expected: " + rule + ")");
    this.field = field;
  }

  /** The name of the offending field, e.g. {@code thresholds[1]}. */
  public String field() {
    return field;
  }
}
