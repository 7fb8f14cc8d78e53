package ai.dvt.server.grpc;

import ai.dvt.cascade.ContractException;
import java.time.Duration;

/** A request that is refused; the message reads {@code field: got (expected: rule)}. */
public final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;

  /** By what the caller should do. */
  public enum Kind {
    /** Change the request. */
    INVALID,
    /** Ask for something that exists. */
    NOT_FOUND,
    /** Ask whoever runs the server. */
    DENIED,
    /** Try again later. */
    FULL,
    /** Try another server, or this one later. */
    UNAVAILABLE
  }

  private static final Duration OWN_PAUSE = Duration.ofMillis(100);

  private final Kind kind;
  private final String field;
  private final Duration retryAfter;

  public RequestException(Kind kind, String field, Object got, String rule) {
    this(kind, field, field + ": " + got + " (expected: " + rule + ")");
  }

  public RequestException(Kind kind, String field, String message) {
    this(kind, field, message, Duration.ZERO);
  }

  private RequestException(Kind kind, String field, String message, Duration retryAfter) {
    super(message);
    this.kind = kind;
    this.field = field;
    this.retryAfter = retryAfter;
  }

  public static RequestException invalid(String field, Object got, String rule) {
    return new RequestException(Kind.INVALID, field, got, rule);
  }

  /**
   * @param parent the message of the request that the contract's field is part of
   */
  public static RequestException invalid(String parent, ContractException cause) {
    return new RequestException(
        Kind.INVALID, parent + "." + cause.field(), parent + "." + cause.getMessage());
  }

  /** A bound that only the caller's own images can fall below again. */
  public static RequestException full(String what) {
    return new RequestException(Kind.FULL, "", what, OWN_PAUSE);
  }

  /**
   * The queue is full.
   *
   * @param retryAfter when to try again
   */
  public static RequestException noRoom(Duration retryAfter) {
    return new RequestException(
        Kind.FULL, "", "no room for another image: the queue is full", retryAfter);
  }

  public static RequestException unavailable(String why) {
    return new RequestException(Kind.UNAVAILABLE, "", why);
  }

  public Kind kind() {
    return kind;
  }

  /** Of {@link Kind#FULL}: when to try again. */
  Duration retryAfter() {
    return retryAfter;
  }

  /** The request's field at fault; empty if none is. */
  public String field() {
    return field;
  }
}
