/**
 * The service {@code inference.GRPCInferenceService}: the Open Inference Protocol, version 2, and
 * those extensions of Triton that fit a cascade.
 *
 * <p>A request's {@code image} tensor becomes images in the engine, its parameters an exit policy,
 * and their answers the output tensors. Calls {@code grpc} for everything that both services share:
 * models, admission, open calls and statuses.
 */
package ai.dvt.server.grpc.oip;
