/**
 * The server's HTTP port: a small, bounded front of the JDK's HTTP server for what operators and
 * the page read.
 *
 * <p>Knows no model and no gRPC: who opens the port gives the {@link ai.dvt.server.http.Route}s.
 * Requests are answered on a few threads of their own, bodies are bounded before they are read, and
 * pages of other origins can neither read nor drive anything ({@link
 * ai.dvt.server.http.OriginGuard}).
 */
package ai.dvt.server.http;
