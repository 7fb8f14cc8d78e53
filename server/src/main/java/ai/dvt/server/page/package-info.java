/**
 * The live page: what it shows of models, pictures and the server's load, as JSON, and its assets.
 *
 * <p>Calls {@code grpc} (as {@link ai.dvt.server.grpc.LocalCalls}, so that a picture of the page
 * goes the way of every other one), {@code http} and {@code repository} (as data). The assets are
 * resources of this package and load nothing from elsewhere.
 */
package ai.dvt.server.page;
