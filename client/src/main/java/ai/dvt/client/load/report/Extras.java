package ai.dvt.client.load.report;

/**
 * What is reported beside the usual figures.
 *
 * @param deadlines what became of images that their deadline cut short
 * @param parts where the time of answers went
 */
public record Extras(boolean deadlines, boolean parts) {}
