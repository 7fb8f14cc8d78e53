package ai.dvt.server.evaluation.report;

/**
 * A plot.
 *
 * @param name file name without ending
 * @param png the image's file
 */
public record Figure(String name, String title, String caption, byte[] png) {}
