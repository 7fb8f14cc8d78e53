/**
 * Who may call: TLS whose files are read again when they change, and tokens with rights by method.
 *
 * <p>Calls gRPC, its Netty transport and {@code config}; knows no model and no message.
 */
package ai.dvt.server.grpc.access;
