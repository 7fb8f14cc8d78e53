/**
 * The client's commands: {@code classify}, {@code demo}, {@code models}, {@code describe}, {@code
 * bench}.
 *
 * <p>The only package here that prints. Calls the library and {@code load}.
 */
package ai.dvt.client.cli;
