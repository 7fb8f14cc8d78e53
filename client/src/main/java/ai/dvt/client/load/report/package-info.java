/** What a comparison measured, as JSON, CSV and plots. Calls {@code rounds} and {@code figures}. */
package ai.dvt.client.load.report;
