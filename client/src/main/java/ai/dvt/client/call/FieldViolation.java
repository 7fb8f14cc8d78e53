package ai.dvt.client.call;

/**
 * What the server found wrong in a request.
 *
 * @param field the request's field, e.g. {@code images[3].tensor.shape}
 * @param description the value and the rule it breaks
 */
public record FieldViolation(String field, String description) {}
