package ai.dvt.server.http;

/**
 * A request that gets another status than 200; the message reads {@code name: got (expected:
 * rule)}.
 */
public final class HttpException extends Exception {
  private static final long serialVersionUID = 1L;

  public static final int BAD_REQUEST = 400;
  public static final int FORBIDDEN = 403;
  public static final int NOT_FOUND = 404;
  public static final int WRONG_METHOD = 405;
  public static final int TOO_LARGE = 413;
  public static final int WRONG_HOST = 421;
  public static final int TOO_MANY = 429;
  public static final int INTERNAL = 500;
  public static final int UNAVAILABLE = 503;
  public static final int TIMEOUT = 504;

  private final int status;

  public HttpException(int status, String message) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
