/**
 * The part of ONNX Runtime's C API that its Java API leaves out: values on a device, and runs whose
 * inputs and outputs stay there (I/O binding).
 *
 * <p>By JNA, because the Foreign Function and Memory API is final only in Java 22 and the project
 * compiles for 17; a call costs about a microsecond. The function table is the one that the Java
 * API's own library uses, so both see the same sessions.
 */
package ai.dvt.server.runtime.capi;
