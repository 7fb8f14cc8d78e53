/**
 * The blocks of a vision transformer. Each is a record of exactly its weights, and its {@code
 * forward} reads like the paper's figure.
 *
 * <p>B batch, N tokens with the class token first, D width, H heads. Calls only {@code onnx}; knows
 * no file, no key name and no architecture.
 */
package ai.dvt.exporter.nn;
