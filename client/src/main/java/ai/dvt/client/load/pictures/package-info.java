/**
 * The pictures that a measurement sends: read from a folder or a tar, or made from a seed, in the
 * form in which they are sent.
 *
 * <p>Calls {@link ai.dvt.client.call} and the contract's records.
 */
package ai.dvt.client.load.pictures;
