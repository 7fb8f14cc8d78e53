/**
 * The commands {@code export}, {@code inspect}, {@code verify}, {@code compare-graphs} and {@code
 * measure-cost}: options, messages, exit statuses. Whatever a user can get wrong ends in one line
 * on standard error.
 *
 * <p>Calls every other room of the exporter; nobody calls it.
 */
package ai.dvt.exporter.cli;
