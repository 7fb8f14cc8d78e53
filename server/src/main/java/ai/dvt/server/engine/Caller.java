package ai.dvt.server.engine;

import java.util.Objects;

/**
 * For whom an image is answered; equal clients share one place in every queue's turn.
 *
 * @param client whatever tells clients apart
 */
public record Caller(String client, Priority priority) {
  /** Work of the process itself. */
  public static final Caller LOCAL = new Caller("", Priority.INTERACTIVE);

  public Caller {
    Objects.requireNonNull(client, "client");
    Objects.requireNonNull(priority, "priority");
  }
}
