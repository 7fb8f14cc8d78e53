/**
 * The server as a whole: loads models, puts engine and service together, and ends them in order.
 *
 * <p>Calls every other package of the server but {@code cli}.
 */
package ai.dvt.server;
