/** When the images of an open loop arrive. Calls nothing of the project. */
package ai.dvt.client.load.arrivals;
