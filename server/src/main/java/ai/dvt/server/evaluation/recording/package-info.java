/**
 * Runs every exit of a deployed cascade over labelled pictures, and measures how fast it runs at an
 * operating point. Calls {@code engine}, {@code runtime}, {@code image}, {@code repository} and
 * {@code evaluation.pictures}.
 */
package ai.dvt.server.evaluation.recording;
