package ai.dvt.server.grpc.flow;

import java.time.Duration;

/**
 * What a single message may take.
 *
 * @param maxMessageBytes decoded size of the largest message
 * @param maxFields of one message, numbers of packed fields included
 * @param messageTimeout from the grant of a message's bytes to its last byte
 */
public record GateLimits(int maxMessageBytes, int maxFields, Duration messageTimeout) {}
