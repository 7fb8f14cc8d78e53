package ai.dvt.server.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP port, from {@link #open} until {@link #close}. */
public final class HttpEndpoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
  private static final int THREADS = 8;
  private static final int WAITING_REQUESTS = 64;

  /**
   * The JDK's own bounds, read once when its server is first used: seconds for a request to arrive
   * and for an answer to leave, connections, request headers. An operator's choice stays.
   */
  private static final List<List<String>> BOUNDS =
      List.of(
          List.of("sun.net.httpserver.maxReqTime", "20"),
          List.of("sun.net.httpserver.maxRspTime", "120"),
          List.of("jdk.httpserver.maxConnections", "256"),
          List.of("sun.net.httpserver.maxReqHeaders", "64"),
          List.of("sun.net.httpserver.nodelay", "true"));

  private final HttpServer server;
  private final ThreadPoolExecutor handlers;
  private final List<Route> routes;
  private final OriginGuard guard;

  private HttpEndpoint(
      HttpServer server, ThreadPoolExecutor handlers, List<Route> routes, OriginGuard guard) {
    this.server = server;
    this.handlers = handlers;
    this.routes = List.copyOf(routes);
    this.guard = guard;
  }

  /**
   * Listens and answers.
   *
   * @param host where to listen, also a name that requests may call this port by
   * @param port 0: any free one
   * @param routes the first that matches answers
   * @throws IOException if the address cannot be had
   */
  public static HttpEndpoint open(String host, int port, List<Route> routes) throws IOException {
    BOUNDS.stream()
        .filter(bound -> System.getProperty(bound.get(0)) == null)
        .forEach(bound -> System.setProperty(bound.get(0), bound.get(1)));
    HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 64);
    ThreadPoolExecutor handlers = handlers();
    server.setExecutor(handlers);
    HttpEndpoint endpoint = new HttpEndpoint(server, handlers, routes, new OriginGuard(host));
    server.createContext("/", endpoint::answer);
    server.start();
    return endpoint;
  }

  /** Few threads and a short line: beyond it connections are dropped. */
  private static ThreadPoolExecutor handlers() {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor handlers =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_REQUESTS),
            work -> {
              Thread thread = new Thread(work, "http-handler-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.AbortPolicy());
    handlers.allowCoreThreadTimeOut(true);
    return handlers;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) {
    try (exchange) {
      HttpCall call = null;
      try {
        call = new HttpCall(exchange);
        route(exchange, call).answerer().answer(call);
      } catch (HttpException e) {
        refuse(exchange, call, e);
      } catch (RuntimeException | StackOverflowError e) {
        LOG.error("{} failed by a defect", exchange.getRequestURI().getPath(), e);
        refuse(
            exchange,
            call,
            new HttpException(HttpException.INTERNAL, "a defect of the server; its log says more"));
      }
    } catch (IOException gone) {
      LOG.debug("An HTTP client went away: {}", gone.getMessage());
    }
  }

  private Route route(HttpExchange exchange, HttpCall call) throws HttpException {
    String method = exchange.getRequestMethod();
    String path = call.path() == null ? "" : call.path();
    Optional<Route> known = Optional.empty();
    for (Route route : routes) {
      if (route.matches(path)) {
        known = Optional.of(route);
        if (route.allows(method)) {
          if (!route.open()) {
            guard.check(exchange.getRequestHeaders());
          }
          return route;
        }
      }
    }
    if (known.isEmpty()) {
      throw new HttpException(
          HttpException.NOT_FOUND, "path: " + path + " (expected: a known one)");
    }
    exchange.getResponseHeaders().set("Allow", known.get().method());
    throw new HttpException(
        HttpException.WRONG_METHOD,
        "method: " + method + " (expected: " + known.get().method() + ")");
  }

  private static void refuse(HttpExchange exchange, HttpCall call, HttpException cause)
      throws IOException {
    if (call != null && call.answered()) {
      return; // too late for a status; the client sees an answer cut short
    }
    byte[] text = (cause.getMessage() + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.getResponseHeaders().set("Connection", "close");
    boolean bare = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(cause.status(), bare ? -1 : text.length);
    if (!bare) {
      exchange.getResponseBody().write(text);
    }
  }

  /** Stops listening; answers under way get a second. */
  @Override
  public void close() {
    server.stop(0);
    handlers.shutdownNow();
  }
}
