/** The client library against a whole server with a toy cascade, over loopback. */
package ai.dvt.server.clientside;
