/**
 * Runs cascades outside the server: the raw chain, for comparison, and cascades over labelled
 * pictures, as they are deployed.
 *
 * <p>Calls {@code engine}, {@code runtime}, {@code image} and {@code repository}; {@code pictures}
 * reads data, {@code recording} runs, {@code replay} counts, {@code report} writes. Knows no gRPC.
 */
package ai.dvt.server.evaluation;
