/**
 * A server, or a raw chain, as a child process, for commands that bring their own.
 *
 * <p>Calls {@code bin/dvt} and gRPC's health service; nothing else of the project. {@code rounds}
 * measures, with {@code figures}, {@code arrivals} and {@code pictures}; {@code report} writes.
 */
package ai.dvt.client.load;
