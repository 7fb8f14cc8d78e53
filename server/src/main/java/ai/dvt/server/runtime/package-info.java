/**
 * Runs the stages of a cascade: devices, sessions, native memory, hand-over between stages.
 *
 * <p>The only importer of {@code ai.onnxruntime}; knows no queue. Engine and evaluation see {@link
 * ai.dvt.server.runtime.Device}, {@link ai.dvt.server.runtime.CascadeSessions} and {@link
 * ai.dvt.server.runtime.StageRun}, so that a device that keeps the hand-over in its own memory
 * needs no change there.
 */
package ai.dvt.server.runtime;
