/**
 * ONNX graphs: values that know their graph, type and shape, one method per operator, and the
 * writer of the model file. A wrong shape fails at the call that makes it.
 *
 * <p>{@link ai.dvt.exporter.onnx.GraphBuilder} holds a graph under construction; the operators are
 * in {@link ai.dvt.exporter.onnx.Elementwise}, {@link ai.dvt.exporter.onnx.Layout}, {@link
 * ai.dvt.exporter.onnx.Products}, {@link ai.dvt.exporter.onnx.Reductions} and {@link
 * ai.dvt.exporter.onnx.Normalization}; {@link ai.dvt.exporter.onnx.ModelWriter} turns a {@link
 * ai.dvt.exporter.onnx.Graph} into a file. Calls only {@code ai.dvt.cascade} and its own generated
 * messages; knows nothing of vision, checkpoints or bundles.
 */
package ai.dvt.exporter.onnx;
