package ai.dvt.server.page;

/**
 * How busy the server is, in the shape of the page's JSON.
 *
 * @param level of the model that the load presses most, from 0: none
 * @param waitingImages that wait for room
 * @param queueBytes reserved for admitted images
 * @param queueCapacityBytes of all admitted images together
 */
public record LoadCard(int level, int waitingImages, long queueBytes, long queueCapacityBytes) {}
