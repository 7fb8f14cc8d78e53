/**
 * Compute for a whole set of images (budgeted batch classification): after every exit what is left
 * goes to the least confident, and the total is never exceeded.
 *
 * <p>Calls {@code engine} and the contract's records; knows no gRPC and no message.
 */
package ai.dvt.server.engine.budget;
