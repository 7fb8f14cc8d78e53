/**
 * What goes into a call and what comes out of it: pictures, options, results, failures, models.
 *
 * <p>Immutable values in the words of {@link ai.dvt.cascade}; no generated message and no network.
 */
package ai.dvt.client.call;
