package ai.dvt.server.engine;

/** How pressing an image is. */
public enum Priority {
  /** Somebody waits for the answer. */
  INTERACTIVE,
  /** Work that can wait for interactive images, but not for ever: see {@link FairLine}. */
  BATCH
}
