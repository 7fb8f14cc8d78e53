/**
 * Measuring: closed and open loops against a server, rounds of two sides in turns.
 *
 * <p>Speaks to servers by the generated messages, without the library between: what the load
 * generator spends is missing to a server on the same machine.
 */
package ai.dvt.client.load.rounds;
