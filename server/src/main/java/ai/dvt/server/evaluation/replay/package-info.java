/**
 * Counts what policies give on exit records: operating points, equal accuracy, reliability,
 * criteria. Runs nothing; calls {@code ai.dvt.cascade} and its records alone.
 */
package ai.dvt.server.evaluation.replay;
