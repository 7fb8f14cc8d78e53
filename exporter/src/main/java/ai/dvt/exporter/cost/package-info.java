/**
 * Multiply-adds of a stage, counted from its sizes by fvcore's rules, as the papers count.
 *
 * <p>Calls only {@code geometry}. Never counts a graph: the exported graphs compute the same
 * function with other operators.
 */
package ai.dvt.exporter.cost;
