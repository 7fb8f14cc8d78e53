/**
 * Small ONNX graphs that the runtime itself needs: a probe of a provider, the selection of rows on
 * a device. Bytes only; calls nothing but the contract.
 */
package ai.dvt.server.runtime.graph;
