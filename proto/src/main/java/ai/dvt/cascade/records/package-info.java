/**
 * Exit records: what every exit of a cascade said of labelled pictures, in memory and as a file
 * that NumPy reads. The server writes them, the exporter solves thresholds from them, and reports
 * replay policies on them.
 *
 * <p>Calls {@link ai.dvt.cascade} and the JDK.
 */
package ai.dvt.cascade.records;
