package ai.dvt.server.image;

/**
 * An image that cannot be taken; the caller has to change it. The message reads {@code image: got
 * (expected: rule)}.
 */
public final class PictureException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String part;
  private final String finding;

  /**
   * @param part of the image, e.g. {@code tensor.shape}; empty: the whole
   */
  PictureException(String part, Object got, String rule) {
    this(part, got, rule, null);
  }

  PictureException(String part, Object got, String rule, Throwable cause) {
    super(null, cause);
    this.part = part;
    this.finding = got + " (expected: " + rule + ")";
  }

  /**
   * The name of the field that is wrong.
   *
   * @param image the image's own name in the request, e.g. {@code images[3]}
   */
  public String field(String image) {
    return part.isEmpty() ? image : image + "." + part;
  }

  /** The message for an image of this name, e.g. {@code images[3].tensor.shape: ...}. */
  public String message(String image) {
    return field(image) + ": " + finding;
  }

  @Override
  public String getMessage() {
    return message("image");
  }
}
