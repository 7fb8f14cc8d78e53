package ai.dvt.server;

import ai.dvt.server.config.HttpSettings;
import ai.dvt.server.engine.load.LoadLevels;
import ai.dvt.server.http.HttpEndpoint;
import ai.dvt.server.http.HttpException;
import ai.dvt.server.http.Route;
import ai.dvt.server.image.SamplePictures;
import ai.dvt.server.metrics.ServerMetrics;
import ai.dvt.server.page.LoadCard;
import ai.dvt.server.page.PageRoutes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The HTTP port of a running server: metrics, liveness and, where it is wanted, the live page. */
public final class HttpFront implements AutoCloseable {
  private final HttpEndpoint endpoint;

  private HttpFront(HttpEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * Listens.
   *
   * @throws ServerException if the address cannot be had or the page's pictures cannot be read
   */
  public static HttpFront open(CascadeServer server, HttpSettings settings) throws ServerException {
    List<Route> routes = new ArrayList<>();
    routes.add(
        Route.open(
            "/healthz",
            call -> {
              if (!server.serving()) {
                throw new HttpException(HttpException.UNAVAILABLE, "not serving");
              }
              call.send(200, "text/plain; charset=utf-8", "serving\n");
            }));
    routes.add(Route.open("/metrics", call -> call.send(200, ServerMetrics.TYPE, server.scrape())));
    if (settings.page()) {
      routes.addAll(
          PageRoutes.of(
              server::catalogue,
              server.localCalls(),
              () -> load(server),
              samples(settings.samples())));
    }
    try {
      return new HttpFront(HttpEndpoint.open(settings.host(), settings.port(), routes));
    } catch (IOException | RuntimeException e) {
      throw new ServerException(
          "host, http-port",
          settings.host() + ":" + settings.port() + ", " + e.getMessage(),
          "an address of this machine that nobody uses",
          e);
    }
  }

  private static SamplePictures samples(List<Path> named) throws ServerException {
    try {
      return SamplePictures.of(named);
    } catch (IOException e) {
      throw new ServerException("page-pictures", named, "readable pictures or folders", e);
    }
  }

  private static LoadCard load(CascadeServer server) {
    int level =
        server.catalogue().served().stream()
            .map(model -> model.cascade().load())
            .mapToInt(load -> load instanceof LoadLevels levels ? levels.statistics().level() : 0)
            .max()
            .orElse(0);
    return new LoadCard(
        level, server.waitingForRoom(), server.admittedBytes(), server.admissionCapacityBytes());
  }

  public int port() {
    return endpoint.port();
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
