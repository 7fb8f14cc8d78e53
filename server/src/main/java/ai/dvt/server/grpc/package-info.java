/**
 * The service {@code cascade.v1.CascadeService}: from messages to images in the engine and back,
 * one class for each RPC; and what all services of the server share.
 *
 * <p>Calls {@code engine}, {@code image}, {@code repository} (as data), {@code config}, {@link
 * ai.dvt.cascade.wire} and {@code grpc.flow}; with {@code grpc.oip} the only package of the server
 * that sees generated messages. Nothing here blocks: images are decoded on an executor of their
 * own, stages run on the engine's workers. Every error becomes a gRPC status in {@link
 * ai.dvt.server.grpc.Statuses}.
 */
package ai.dvt.server.grpc;
