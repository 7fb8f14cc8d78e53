/**
 * Checkpoint files: bytes on disk to named tensors.
 *
 * <p>{@link ai.dvt.exporter.checkpoint.CheckpointFile} tells the container by its content (PyTorch
 * zip, PyTorch legacy, safetensors), maps the tensor data and executes nothing. Every way a file
 * can be wrong ends in one {@link ai.dvt.exporter.checkpoint.CheckpointException}.
 *
 * <p>Calls {@code checkpoint.pickle} and {@code weights}.
 */
package ai.dvt.exporter.checkpoint;
