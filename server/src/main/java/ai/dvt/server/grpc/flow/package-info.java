/**
 * Bounds what requests take of the memory: bytes are acquired from one budget over all calls before
 * a message is read.
 *
 * <p>A message's length stands in its first five bytes. {@link ai.dvt.server.grpc.flow.InboundGate}
 * looks at them below gRPC, where HTTP/2 data frames arrive, and passes a message on only when its
 * handler asked for one and the budget granted its size; until then not more than the stream's
 * flow-control window is in memory, because the client gets no new window. Calls gRPC and its Netty
 * transport, and nothing of the server.
 */
package ai.dvt.server.grpc.flow;
