package ai.dvt.exporter.weights;

/**
 * A tensor is missing, misnamed or misshapen. The message names the source, the tensor and the
 * rule.
 */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WeightsException(String message) {
    super(message);
  }
}
