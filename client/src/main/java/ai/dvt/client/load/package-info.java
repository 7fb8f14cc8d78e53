/**
 * A server as a child process, for commands that bring their own.
 *
 * <p>Calls {@code bin/dvt} and gRPC's health service; nothing else of the project.
 */
package ai.dvt.client.load;
