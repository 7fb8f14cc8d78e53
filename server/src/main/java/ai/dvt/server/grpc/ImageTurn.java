package ai.dvt.server.grpc;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One image of a request and how it is to be answered.
 *
 * @param source decoded once the image has room
 * @param rowBytes that it keeps alive while it waits
 * @param deadlineNanos by System.nanoTime
 * @param idleLimit present: the client decides at every exit
 * @param charge of the message that holds the image; closed once it is decoded
 */
public record ImageTurn(
    Order order,
    RowSource source,
    long rowBytes,
    OptionalLong deadlineNanos,
    Optional<Duration> idleLimit,
    Charge charge) {}
