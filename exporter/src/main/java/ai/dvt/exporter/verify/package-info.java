/**
 * Runs exported cascades with ONNX Runtime and compares them with known outputs; the only room of
 * the exporter that does.
 *
 * <p>{@link ai.dvt.exporter.verify.GoldenVerification} takes a folder with an {@code index.json}
 * and gives a row for every tensor that it names. Calls {@code bundle}, {@code architecture},
 * {@code checkpoint} and {@code ai.dvt.cascade}.
 */
package ai.dvt.exporter.verify;
