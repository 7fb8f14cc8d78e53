/**
 * Solves thresholds from exit records: what every exit said of labelled pictures becomes operating
 * points (DVT, Section 3.3, Eq. 10). Runs no model.
 *
 * <p>Calls {@link ai.dvt.cascade} and {@link ai.dvt.cascade.records} alone.
 */
package ai.dvt.exporter.calibration;
