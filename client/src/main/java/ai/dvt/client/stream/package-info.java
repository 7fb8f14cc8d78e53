/**
 * Many images in one call: {@link ai.dvt.client.stream.ClassifyStream}, where the server decides
 * about early exits, and {@link ai.dvt.client.stream.CascadeStream}, where the caller does.
 *
 * <p>Back-pressure holds both ways: submitting waits for the transport and for room among the
 * images on the way; a slow reader of answers slows the server down. Calls {@code message} and
 * {@code call}.
 */
package ai.dvt.client.stream;
