/**
 * ONNX Runtime's execution providers: which are there, which work and why others do not, and the
 * options that a stage's session gets. Knows {@code runtime.graph} and ONNX Runtime, no device.
 */
package ai.dvt.server.runtime.provider;
