/** What an operator chooses, checked. Plain values: knows no other package of the server. */
package ai.dvt.server.config;
