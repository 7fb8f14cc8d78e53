/** What rounds measured, and the statistics over rounds. Calls nothing of the project. */
package ai.dvt.client.load.figures;
