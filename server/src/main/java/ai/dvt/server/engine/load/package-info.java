/**
 * Answers under load: a plan made at start-up (arrival rate to operating point, batch sizes and
 * queue delays, after CascadeServe's gear plan) and its use while the server runs.
 *
 * <p>Calls {@code engine} and the contract's records; knows no gRPC and no message.
 */
package ai.dvt.server.engine.load;
