package ai.dvt.server.grpc.oip;

import ai.dvt.server.grpc.Order;
import java.util.List;
import java.util.OptionalLong;

/**
 * A request, checked.
 *
 * @param id comes back with the answer
 * @param queueNanos Triton's timeout: how long an image may wait for its first stage
 * @param typedOutputs whether outputs go into typed contents in place of raw ones
 * @param emptyFinal stream: whether a response without outputs says that the request is over
 */
record InferOrder(
    String id,
    Order order,
    RequestImages images,
    List<RequestedOutput> outputs,
    OptionalLong queueNanos,
    boolean typedOutputs,
    boolean emptyFinal) {}
