package ai.dvt.server.grpc;

import ai.dvt.cascade.ContractException;

/** A request that is refused; the message reads {@code field: got (expected: rule)}. */
final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;

  /** By what the caller should do. */
  enum Kind {
    /** Change the request. */
    INVALID,
    /** Ask for something that exists. */
    NOT_FOUND,
    /** Try again later. */
    FULL,
    /** Try another server, or this one later. */
    UNAVAILABLE
  }

  private final Kind kind;
  private final String field;

  RequestException(Kind kind, String field, Object got, String rule) {
    this(kind, field, field + ": " + got + " (expected: " + rule + ")");
  }

  RequestException(Kind kind, String field, String message) {
    super(message);
    this.kind = kind;
    this.field = field;
  }

  static RequestException invalid(String field, Object got, String rule) {
    return new RequestException(Kind.INVALID, field, got, rule);
  }

  /**
   * @param parent the message of the request that the contract's field is part of
   */
  static RequestException invalid(String parent, ContractException cause) {
    return new RequestException(
        Kind.INVALID, parent + "." + cause.field(), parent + "." + cause.getMessage());
  }

  static RequestException full(String what) {
    return new RequestException(Kind.FULL, "", what);
  }

  static RequestException unavailable(String why) {
    return new RequestException(Kind.UNAVAILABLE, "", why);
  }

  Kind kind() {
    return kind;
  }

  /** The request's field at fault; empty if none is. */
  String field() {
    return field;
  }
}
