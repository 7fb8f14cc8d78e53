/** A small cascade whose arithmetic Java repeats, for the tests of all rooms. */
package ai.dvt.server.toy;
