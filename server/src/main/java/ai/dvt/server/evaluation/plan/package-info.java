/**
 * Plans for load of models on this machine, for people to look at: measured, as tables, as JSON.
 *
 * <p>Calls {@code engine.load}, {@code repository} and {@code runtime}.
 */
package ai.dvt.server.evaluation.plan;
