/**
 * The messages of the values of {@link ai.dvt.client.call} and back. Not for users: the library's
 * own inside.
 *
 * <p>Calls {@link ai.dvt.cascade.wire} for everything that is not the client's own.
 */
package ai.dvt.client.message;
