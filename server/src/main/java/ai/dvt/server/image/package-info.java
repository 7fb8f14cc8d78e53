/**
 * From a caller's bytes to a cascade's input: decoding, resizing, cropping and normalising, equal
 * to Pillow's.
 *
 * <p>Calls javax.imageio, {@link ai.dvt.cascade.Preprocessing} and {@link
 * ai.dvt.server.engine.InputRow}; knows no message and no queue.
 */
package ai.dvt.server.image;
