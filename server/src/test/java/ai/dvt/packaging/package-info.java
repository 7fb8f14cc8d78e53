/** What runs the project from outside: {@code bin/dvt}. */
package ai.dvt.packaging;
