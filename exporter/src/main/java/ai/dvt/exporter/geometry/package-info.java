/**
 * The sizes of a cascade: what a checkpoint's tensors and the options say together, before any
 * graph is built. Square pictures and grids; stages are numbered from 1.
 *
 * <p>Pure records, checked when they are made. Calls nothing else in the project; {@code
 * architecture} fills them, {@code cost} counts from them.
 */
package ai.dvt.exporter.geometry;
