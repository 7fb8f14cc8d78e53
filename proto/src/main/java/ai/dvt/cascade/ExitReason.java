package ai.dvt.cascade;

/** Why an image was answered at its exit. */
public enum ExitReason {
  /** The criterion reached the exit's threshold. */
  CONFIDENT,
  /** The last exit of the cascade. */
  FINAL,
  /** The policy's {@code stop}. */
  STOP_AT,
  /** The policy's {@code cost}. */
  COST,
  /** A budget over a set of images is spent. */
  BUDGET,
  /** The next stage would not have ended in time. */
  DEADLINE,
  /** The server saves compute under load. */
  LOAD,
  /** The client said stop. */
  CLIENT,
  /** The client said nothing within the idle limit. */
  IDLE
}
