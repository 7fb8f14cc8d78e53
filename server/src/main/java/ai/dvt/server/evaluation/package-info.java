/**
 * Runs cascades outside the server for comparison: the raw chain. Calls {@code runtime}; knows no
 * gRPC.
 */
package ai.dvt.server.evaluation;
