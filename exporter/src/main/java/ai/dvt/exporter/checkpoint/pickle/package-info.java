/**
 * Reads Python pickles as data. An allow-list of opcodes and of global names decides what is read;
 * no class is loaded, no function is called: a pickle becomes {@link
 * ai.dvt.exporter.checkpoint.pickle.PickleValue inert values}.
 *
 * <p>A global that is not on the list is an error even where it is only mentioned, never called,
 * and even in entries nobody asked for. All sizes are bounded by the pickle's own length and by
 * {@link ai.dvt.exporter.checkpoint.pickle.PickleLimits}.
 *
 * <p>Calls nothing else in the project.
 */
package ai.dvt.exporter.checkpoint.pickle;
