/**
 * The contract between exporter, server and client as records: what a cascade is, what an exit
 * said, and when an image may leave.
 *
 * <p>A type enters only if two of server, client and exporter use it. Stages and exits are numbered
 * from 1. One FLOP is one multiply-add, as in the papers. Depends on the JDK alone; the messages of
 * the same meaning live in {@code ai.dvt.cascade.v1} and {@link ai.dvt.cascade.wire} converts.
 */
package ai.dvt.cascade;
