/**
 * The only converter between the messages of {@code ai.dvt.cascade.v1} and the records of {@link
 * ai.dvt.cascade}; also reads and writes the JSON files of a version folder.
 *
 * <p>Calls protobuf and {@link ai.dvt.cascade}; no file and no network.
 */
package ai.dvt.cascade.wire;
