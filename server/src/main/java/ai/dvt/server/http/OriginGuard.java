package ai.dvt.server.http;

import com.sun.net.httpserver.Headers;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Keeps pages of other origins out. A browser sends the name it was pointed at (Host) and, with
 * what scripts send, the page's origin: a foreign name that resolves to this machine and a foreign
 * page are refused. Who sends neither (curl) is no browser.
 */
final class OriginGuard {
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9a-f:.]+]");

  private final String listening;

  /**
   * @param listening the host name or address that the port was opened on
   */
  OriginGuard(String listening) {
    this.listening = listening.toLowerCase(Locale.ROOT);
  }

  /**
   * @throws HttpException for a request that another site's page could have made
   */
  void check(Headers headers) throws HttpException {
    String host = headers.getFirst("Host");
    if (host == null || !known(name(host.toLowerCase(Locale.ROOT)))) {
      throw new HttpException(
          HttpException.WRONG_HOST,
          "Host: " + host + " (expected: an address, localhost or " + listening + ")");
    }
    String origin = headers.getFirst("Origin");
    if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
      throw new HttpException(
          HttpException.FORBIDDEN, "Origin: " + origin + " (expected: http://" + host + ")");
    }
    String site = headers.getFirst("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      throw new HttpException(
          HttpException.FORBIDDEN, "Sec-Fetch-Site: " + site + " (expected: same-origin)");
    }
  }

  private boolean known(String name) {
    return name.equals("localhost") || name.equals(listening) || ADDRESS.matcher(name).matches();
  }

  private static String name(String host) {
    int port = host.lastIndexOf(':');
    return port > host.lastIndexOf(']') ? host.substring(0, port) : host;
  }
}
