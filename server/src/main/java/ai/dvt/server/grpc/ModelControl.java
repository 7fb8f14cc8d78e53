package ai.dvt.server.grpc;

import java.util.concurrent.CompletableFuture;

/** Loads and unloads models while the server runs. Safe from any thread; nothing here blocks. */
public interface ModelControl {
  /**
   * Loads a model's newest versions from the repository, also if it was unloaded or failed before;
   * a version whose folder was changed in place is loaded anew.
   *
   * @param name compared with the repository's model folders, never a path
   * @return done when the model answers; fails with {@link ModelControlException}
   */
  CompletableFuture<Void> load(String name);

  /**
   * Takes a model out of service until {@link #load} is asked for; images under way are answered.
   *
   * @return done when no new request reaches it; fails with {@link ModelControlException}
   */
  CompletableFuture<Void> unload(String name);
}
