package ai.dvt.server.config;

import java.time.Duration;

/**
 * What callers may take.
 *
 * @param maxMessageBytes the largest request message, decoded
 * @param maxInflightRequestBytes of the messages of all calls together, acquired before a message
 *     is read
 * @param messageTimeout within which a message has to arrive once its bytes are granted
 * @param imagesPerRequest of one Classify
 * @param imagesPerStream on the way in one stream
 * @param clientDrivenBytes of the images on the way in all Cascade streams of one connection, with
 *     what they hand over
 * @param idleLimit how long a client-driven image waits for CONTINUE or STOP
 */
public record CallLimits(
    int maxMessageBytes,
    long maxInflightRequestBytes,
    Duration messageTimeout,
    int imagesPerRequest,
    int imagesPerStream,
    long clientDrivenBytes,
    Duration idleLimit) {
  public CallLimits {
    ConfigException.require(
        maxMessageBytes >= 1024, "max-message-bytes", maxMessageBytes, ">= 1024");
    ConfigException.require(
        maxInflightRequestBytes >= maxMessageBytes,
        "max-inflight-request-bytes",
        maxInflightRequestBytes,
        ">= " + maxMessageBytes + ", max-message-bytes");
    ConfigException.require(positive(messageTimeout), "message-timeout", messageTimeout, "> 0");
    ConfigException.require(imagesPerRequest >= 1, "images-per-request", imagesPerRequest, ">= 1");
    ConfigException.require(imagesPerStream >= 1, "images-per-stream", imagesPerStream, ">= 1");
    ConfigException.require(
        clientDrivenBytes >= 1, "client-driven-bytes", clientDrivenBytes, ">= 1");
    ConfigException.require(positive(idleLimit), "idle-limit", idleLimit, "> 0");
  }

  private static boolean positive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }
}
