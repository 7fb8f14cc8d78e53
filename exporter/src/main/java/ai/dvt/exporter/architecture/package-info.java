/**
 * Which model a checkpoint is, and its graphs: named presets, the sizes read from the tensors, and
 * the assembly of blocks into one graph per stage.
 *
 * <p>{@link ai.dvt.exporter.architecture.Architecture} is the way in. Calls {@code weights}, {@code
 * geometry}, {@code nn}, {@code onnx} and {@code cost}; knows no file.
 */
package ai.dvt.exporter.architecture;
