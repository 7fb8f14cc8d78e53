/**
 * What a Prometheus server reads of this one: calls by method and status as they end, and, at every
 * scrape, the engine's counts, queues, memory and the process.
 *
 * <p>Calls {@code engine}, {@code grpc} (the catalogue) and {@code runtime} to read; nothing calls
 * back. Names follow Prometheus: base units, {@code _total}, labels {@code model}, {@code version},
 * {@code stage}, {@code exit}, {@code reason}.
 */
package ai.dvt.server.metrics;
