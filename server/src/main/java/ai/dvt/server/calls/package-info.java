/**
 * What is said of a call once it ended: a log line with its request id, and spans for
 * OpenTelemetry.
 *
 * <p>Around the services as an interceptor; hears of images through {@link
 * ai.dvt.server.grpc.CallWatch}. Everything is made from what the answers carry anyway, after the
 * call's end, so that a server that says nothing pays nothing.
 */
package ai.dvt.server.calls;
