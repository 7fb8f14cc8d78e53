/**
 * Tries a model that was opened on a device before anybody is answered by it.
 *
 * <p>Calls {@code runtime}, {@code repository} and {@code image}.
 */
package ai.dvt.server.trial;
