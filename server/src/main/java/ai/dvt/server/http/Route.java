package ai.dvt.server.http;

import java.io.IOException;

/**
 * What answers a path.
 *
 * @param method {@code GET} (answers HEAD too) or {@code POST}
 * @param path exact, or a prefix when it ends with {@code /*}
 * @param open whether any host name and origin may ask; otherwise {@link OriginGuard} decides
 */
public record Route(String method, String path, boolean open, Answerer answerer) {
  /** Answers a request, wholly or by an exception. */
  @FunctionalInterface
  public interface Answerer {
    /**
     * @throws HttpException for a status other than 200
     * @throws IOException if the client went away
     */
    void answer(HttpCall call) throws HttpException, IOException;
  }

  public Route {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path: " + path + " (expected: to begin with /)");
    }
  }

  /** A GET that only this machine's page may read. */
  public static Route get(String path, Answerer answerer) {
    return new Route("GET", path, false, answerer);
  }

  /** A POST that only this machine's page may send. */
  public static Route post(String path, Answerer answerer) {
    return new Route("POST", path, false, answerer);
  }

  /** A GET that anybody may read who reaches the port, under any host name. */
  public static Route open(String path, Answerer answerer) {
    return new Route("GET", path, true, answerer);
  }

  boolean matches(String requested) {
    return path.endsWith("/*")
        ? requested.startsWith(path.substring(0, path.length() - 1))
        : requested.equals(path);
  }

  boolean allows(String requestedMethod) {
    return requestedMethod.equals(method) || method.equals("GET") && requestedMethod.equals("HEAD");
  }
}
