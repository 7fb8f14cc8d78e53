/**
 * Looks at a machine: processor, memory, drivers, libraries, and which of ONNX Runtime's providers
 * work. Calls {@code runtime} and {@code repository}; nothing of the server depends on it but its
 * command.
 */
package ai.dvt.server.doctor;
