package ai.dvt.server.doctor;

/**
 * One thing seen.
 *
 * @param section e.g. {@code providers}
 * @param state {@code missing} is no fault where nothing needs it
 */
public record Finding(String section, String name, String value, State state) {
  /** What a finding means. */
  public enum State {
    OK,
    MISSING,
    BROKEN
  }

  static Finding ok(String section, String name, Object value) {
    return new Finding(section, name, String.valueOf(value), State.OK);
  }

  static Finding missing(String section, String name, String value) {
    return new Finding(section, name, value, State.MISSING);
  }

  static Finding broken(String section, String name, String value) {
    return new Finding(section, name, value, State.BROKEN);
  }
}
