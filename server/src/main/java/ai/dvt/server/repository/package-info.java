/**
 * The model repository on disk: {@code <model>/<version>/} folders with a manifest, validated file
 * by file before anything is loaded.
 *
 * <p>Calls {@link ai.dvt.cascade} and {@link ai.dvt.cascade.wire}; loads no graph and knows no
 * network.
 */
package ai.dvt.server.repository;
