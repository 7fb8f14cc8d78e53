package ai.dvt.server.grpc.access;

/** What a caller may do; the later includes the earlier. */
enum Right {
  /** Health, and whether the server lives: for probes, without a token. */
  PROBE,
  /** Everything that answers about images and models. */
  INFER,
  /** Also what changes the server or tells of other callers. */
  ADMIN;

  /** What a method asks for; one that nobody thought of is not open. */
  static Right of(String fullMethodName) {
    String service = fullMethodName.substring(0, Math.max(0, fullMethodName.lastIndexOf('/')));
    String method = fullMethodName.substring(fullMethodName.lastIndexOf('/') + 1);
    if (service.equals("grpc.health.v1.Health")
        || method.equals("ServerLive")
        || method.equals("ServerReady")) {
      return PROBE;
    }
    boolean changes =
        method.equals("RepositoryModelLoad")
            || method.equals("RepositoryModelUnload")
            || method.endsWith("Setting")
            || method.endsWith("Settings");
    return changes || service.startsWith("grpc.channelz.") ? ADMIN : INFER;
  }
}
