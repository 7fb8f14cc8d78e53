/** What the machine's own counters say of energy; nothing is estimated. Calls nothing. */
package ai.dvt.client.load.energy;
