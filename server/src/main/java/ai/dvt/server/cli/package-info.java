/**
 * The server's command line. The only package of the server that writes to standard output; calls
 * {@link ai.dvt.server.CascadeServer} and {@code config}.
 */
package ai.dvt.server.cli;
