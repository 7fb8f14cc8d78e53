/**
 * Named tensors in the field's own terms.
 *
 * <p>A {@link ai.dvt.exporter.weights.Tensor} knows its shape and decodes its numbers on demand; a
 * {@link ai.dvt.exporter.weights.Weights} is a scoped view that checks shapes and remembers what
 * was asked for; {@link ai.dvt.exporter.weights.KeyMap} is the only place where the key names of
 * foreign checkpoints are spelled.
 *
 * <p>Calls nothing else in the project; knows no file format. The {@code checkpoint} package makes
 * the tensors, the {@code architecture} package consumes them.
 */
package ai.dvt.exporter.weights;
