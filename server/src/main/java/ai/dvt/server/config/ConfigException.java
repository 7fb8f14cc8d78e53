package ai.dvt.server.config;

/** A setting that cannot be; the message reads {@code option: got (expected: rule)}. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String option;

  ConfigException(String option, Object got, String rule) {
    super(option + ": " + got + " (expected: " + rule + ")");
    this.option = option;
  }

  /** The option at fault, without the dashes before it. */
  public String option() {
    return option;
  }

  /** An option that another one needs. */
  public static ConfigException missing(String option, String rule) {
    return new ConfigException(option, "missing", rule);
  }

  /** An option that cannot be together with another one. */
  public static ConfigException conflict(String option, String got, String rule) {
    return new ConfigException(option, got, rule);
  }

  static void require(boolean holds, String option, Object got, String rule) {
    if (!holds) {
      throw new ConfigException(option, got, rule);
    }
  }
}
