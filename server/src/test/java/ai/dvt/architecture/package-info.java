/**
 * The dependency rules of the whole project as tests. This module sees the classes of all others.
 * Every rule is also shown to fail on a class of {@code planted} that breaks it.
 */
package ai.dvt.architecture;
