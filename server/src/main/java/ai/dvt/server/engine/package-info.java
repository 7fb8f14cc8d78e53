/**
 * Moves images through the stages of their cascades: queues, batches, exit gates, survivors,
 * admission.
 *
 * <p>Calls {@code runtime} alone. Knows no gRPC, no message and no name of a handed-over tensor: it
 * moves the manifest's hand-over list. A worker belongs to a device, never to a stage or a model.
 */
package ai.dvt.server.engine;
