package ai.dvt.server.grpc.access;

import ai.dvt.server.config.AccessSettings;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What stands before every call. Its files are looked at every second; while a changed one cannot
 * be used the state before stays.
 */
public final class Access implements AutoCloseable {
  private final Optional<SslContext> tls;
  private final Optional<ServerInterceptor> tokens;
  private final ScheduledExecutorService watcher;

  private Access(
      Optional<SslContext> tls,
      Optional<ServerInterceptor> tokens,
      ScheduledExecutorService watcher) {
    this.tls = tls;
    this.tokens = tokens;
    this.watcher = watcher;
  }

  /**
   * Reads the files.
   *
   * @throws AccessException naming the file that cannot be used
   */
  public static Access open(AccessSettings settings) throws AccessException {
    List<WatchedFiles> watched = new ArrayList<>();
    Optional<SslContext> tls = Optional.empty();
    if (settings.certificate().isPresent()) {
      tls =
          Optional.of(
              ServerTls.open(
                  settings.certificate().get(),
                  settings.key().orElseThrow(),
                  settings.clientAuthority(),
                  watched));
    }
    Optional<ServerInterceptor> tokens = Optional.empty();
    if (settings.tokens().isPresent()) {
      TokenFile file = new TokenFile(settings.tokens().get());
      watched.add(WatchedFiles.read(List.of(settings.tokens().get()), file::read));
      tokens = Optional.of(new TokenGuard(file));
    }
    ScheduledExecutorService watcher =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "access-files");
              thread.setDaemon(true);
              return thread;
            });
    watched.forEach(files -> watcher.scheduleWithFixedDelay(files::look, 1, 1, TimeUnit.SECONDS));
    return new Access(tls, tokens, watcher);
  }

  /** How connections are encrypted; empty: not at all. */
  public Optional<SslContext> tls() {
    return tls;
  }

  /** Lets only callers with a token through; empty: everybody. */
  public Optional<ServerInterceptor> tokens() {
    return tokens;
  }

  /** Looks at no file any more. */
  @Override
  public void close() {
    watcher.shutdownNow();
  }
}
