package ai.dvt.server.config;

/** Where features and relations lie between the stages. */
public enum Handover {
  /** In the host's memory, whatever runs the stages. */
  HOST,
  /** In the memory of the device that runs the stages. */
  DEVICE,
  /** On the device if it has memory of its own, else on the host. */
  AUTO
}
