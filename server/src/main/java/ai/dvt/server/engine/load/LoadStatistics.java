package ai.dvt.server.engine.load;

import java.time.Duration;

/**
 * What the load does to a cascade now.
 *
 * @param level in use, from 0: no load
 * @param levels of the plan
 * @param point the level's operating point
 * @param imagesPerSecond arriving, refused ones included
 * @param images that arrived and were not answered yet
 * @param expectedWait of an image that arrives now
 * @param refused since the model was loaded, because their answer would have come too late
 */
public record LoadStatistics(
    int level,
    int levels,
    String point,
    double imagesPerSecond,
    int images,
    Duration expectedWait,
    long refused) {}
