/**
 * Whether early answers still are what the last exit would say (after Apparate, SOSP 2024): some
 * images run on unseen in idle time, and what comes out is compared with the calibration's promise.
 *
 * <p>Calls {@code engine} and the contract's records; knows no gRPC and no message.
 */
package ai.dvt.server.engine.guard;
