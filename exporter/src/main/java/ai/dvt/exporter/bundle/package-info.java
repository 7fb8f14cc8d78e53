/**
 * From stage graphs to a version folder: ONNX files, one weights file, manifest, labels, model
 * card, self-test, calibration.
 *
 * <p>A folder appears whole or not at all: everything is written to a temporary sibling that is
 * renamed at the end. Calls {@code ai.dvt.cascade}, {@code onnx}, {@code architecture} and {@code
 * checkpoint}; runs no graph.
 */
package ai.dvt.exporter.bundle;
