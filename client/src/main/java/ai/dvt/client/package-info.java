/**
 * The client library: {@link ai.dvt.client.CascadeClient} classifies pictures on a server, one
 * request at a time, many in a stream, or with early exits decided by the caller.
 *
 * <p>Needs gRPC and Protobuf only. Calls {@code stream}, {@code message} and {@code call}.
 */
package ai.dvt.client;
