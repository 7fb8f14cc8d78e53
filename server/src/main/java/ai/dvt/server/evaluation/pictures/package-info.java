/**
 * Labelled pictures from folders and tar files of class folders. Calls the JDK and a tar reader.
 */
package ai.dvt.server.evaluation.pictures;
