package ai.dvt.exporter.verify;

/** Why something failed, in one line. */
final class Reasons {
  private Reasons() {}

  static String of(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse(e.getClass().getSimpleName());
  }
}
