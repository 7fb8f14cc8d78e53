package ai.dvt.server.engine.guard;

import java.util.OptionalDouble;

/**
 * What is known of an operating point's early answers.
 *
 * @param point its name; {@code thresholds} for all that no point names
 * @param compared early answers compared with the last exit, since the model was loaded
 * @param agreed of these, those to which the last exit gives the same class
 * @param recentAgreement share of those of late
 * @param promised by the calibration
 * @param drifting whether it is below the promise beyond chance
 */
public record GuardStatistics(
    String point,
    long compared,
    long agreed,
    double recentAgreement,
    OptionalDouble promised,
    boolean drifting) {}
