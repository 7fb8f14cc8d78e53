package ai.dvt.server.engine;

/**
 * The room for images and who waits for it.
 *
 * @param rows images that are in now
 * @param capacityRows the most that may be in
 * @param reservedBytes that these may keep alive on their way
 * @param capacityBytes the most
 * @param waiting images that wait for room
 * @param admitted images let in since the engine began
 * @param refused images turned away for want of room since the engine began
 */
public record AdmissionStatistics(
    int rows,
    int capacityRows,
    long reservedBytes,
    long capacityBytes,
    int waiting,
    long admitted,
    long refused) {}
