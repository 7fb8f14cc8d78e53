/**
 * What an evaluation says, as JSON, Markdown, plots and one page of HTML. Calls {@code
 * evaluation.recording}, {@code evaluation.replay} and a plotting library.
 */
package ai.dvt.server.evaluation.report;
