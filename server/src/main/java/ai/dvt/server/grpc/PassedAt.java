package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitPassed;

/**
 * An exit that an image passed and when.
 *
 * @param endNanos about when its run ended, by System.nanoTime
 */
public record PassedAt(ExitPassed exit, long endNanos) {}
