package ai.dvt.server.grpc;

import ai.dvt.cascade.ContractException;

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

  private final Kind kind;
  private final String field;

  public RequestException(Kind kind, String field, Object got, String rule) {
    this(kind, field, field + ": " + got + " (expected: " + rule + ")");
  }

  public RequestException(Kind kind, String field, String message) {
    super(message);
    this.kind = kind;
    this.field = field;
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

  public static RequestException full(String what) {
    return new RequestException(Kind.FULL, "", what);
  }

  /** The queue is full. */
  public static RequestException noRoom() {
    return full("no room for another image: the queue is full");
  }

  public static RequestException unavailable(String why) {
    return new RequestException(Kind.UNAVAILABLE, "", why);
  }

  public Kind kind() {
    return kind;
  }

  /** The request's field at fault; empty if none is. */
  public String field() {
    return field;
  }
}
