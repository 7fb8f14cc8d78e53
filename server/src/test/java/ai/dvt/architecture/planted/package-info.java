/** Classes that break the rules, one rule each, in packages that mirror the project's. */
package ai.dvt.architecture.planted;
