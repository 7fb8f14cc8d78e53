package ai.dvt.server.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** One request and its answer. Of one thread. */
public final class HttpCall {
  /** The page brings all that it needs and speaks to nobody else. */
  private static final String CONTENT_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final HttpExchange exchange;
  private final String path;
  private final Map<String, String> parameters;
  private boolean answered;

  HttpCall(HttpExchange exchange) throws HttpException {
    this.exchange = exchange;
    this.path = exchange.getRequestURI().getPath();
    this.parameters = parameters(exchange.getRequestURI().getRawQuery());
  }

  private static Map<String, String> parameters(String query) throws HttpException {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (query == null) {
      return parameters;
    }
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      parameters.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    return parameters;
  }

  private static String decoded(String text) throws HttpException {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new HttpException(
          HttpException.BAD_REQUEST, "query: " + text + " (expected: percent-encoded UTF-8)");
    }
  }

  /** Decoded, without the query. */
  public String path() {
    return path;
  }

  /** A query parameter that is there and not empty. */
  public Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
  }

  /**
   * The whole body.
   *
   * @throws HttpException if it is larger
   */
  public byte[] body(int limitBytes) throws HttpException, IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    byte[] body = new byte[0];
    boolean tooLarge = length != null && declared(length) > limitBytes;
    if (!tooLarge) {
      body = exchange.getRequestBody().readNBytes(limitBytes + 1);
      tooLarge = body.length > limitBytes;
    }
    if (tooLarge) {
      throw new HttpException(
          HttpException.TOO_LARGE,
          "body: "
              + (length == null ? "more" : length)
              + " bytes (expected: at most "
              + limitBytes
              + ")");
    }
    return body;
  }

  private static long declared(String length) {
    try {
      return Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Sends text as it is. */
  public void send(int status, String type, String text) throws IOException {
    send(status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a whole answer. */
  public void send(int status, String type, byte[] bytes) throws IOException {
    head(type);
    boolean bare = exchange.getRequestMethod().equals("HEAD");
    if (bare) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
    }
    exchange.sendResponseHeaders(status, bare || bytes.length == 0 ? -1 : bytes.length);
    if (!bare && bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  /** Begins an answer of unknown length; it ends with the call. */
  public OutputStream stream(String type) throws IOException {
    head(type);
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  /** Sets a header of the answer that has not begun. */
  public void header(String name, String value) {
    exchange.getResponseHeaders().set(name, value);
  }

  boolean answered() {
    return answered;
  }

  private void head(String type) {
    answered = true;
    header("Content-Type", type);
    header("Content-Security-Policy", CONTENT_POLICY);
    header("X-Content-Type-Options", "nosniff");
    header("Referrer-Policy", "no-referrer");
    header("Cross-Origin-Resource-Policy", "same-origin");
    if (!exchange.getResponseHeaders().containsKey("Cache-Control")) {
      header("Cache-Control", "no-store");
    }
  }
}
