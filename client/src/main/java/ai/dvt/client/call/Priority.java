package ai.dvt.client.call;

/** How pressing pictures are. Clients take turns within a priority. */
public enum Priority {
  /** Somebody waits for the answer. */
  INTERACTIVE,
  /** Lets interactive pictures pass; still gets one of eight turns while they come. */
  BATCH
}
