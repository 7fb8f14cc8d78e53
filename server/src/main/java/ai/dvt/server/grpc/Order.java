package ai.dvt.server.grpc;

import ai.dvt.cascade.BoundPolicy;

/**
 * How images are to be answered, checked.
 *
 * @param topK labels in an answer
 */
public record Order(ServedModel model, BoundPolicy policy, int topK) {}
