/**
 * What the machine's own counters and power rails say of energy; nothing is estimated. Calls
 * nothing.
 */
package ai.dvt.client.load.energy;
