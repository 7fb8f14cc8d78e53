package ai.dvt.server.clientside;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.Picture;
import ai.dvt.server.CascadeServer;
import ai.dvt.server.ServerException;
import ai.dvt.server.config.Defaults;
import ai.dvt.server.config.EngineLimits;
import ai.dvt.server.config.ServerConfig;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;

/** A server with version 1 of the model "toy" (three exits), and a client of it. */
final class ServedToy implements AutoCloseable {
  final CascadeServer server;
  final CascadeClient client;

  private ServedToy(ServerConfig config) throws ServerException {
    server = CascadeServer.start(config);
    client = CascadeClient.connect("127.0.0.1:" + server.port());
  }

  static ServedToy start(Path models) throws ServerException {
    return start(models, 64 << 20);
  }

  /**
   * Starts both.
   *
   * @param queueBytes room for images and what they hand over
   */
  static ServedToy start(Path models, long queueBytes) throws ServerException {
    ToyCascade.write(models.resolve("toy").resolve("1"), "toy");
    return new ServedToy(
        new ServerConfig(
            models,
            Defaults.HOST,
            0,
            new EngineLimits(2, 4, Duration.ZERO, queueBytes),
            Defaults.calls(),
            Defaults.connections(),
            Duration.ofSeconds(20)));
  }

  /** A picture that is sure of its label from an exit on. */
  static Picture picture(int exit, int label) {
    return Picture.normalised(
        2, 2, ToyCascade.picture(exit, label, new Random(10L * exit + label)));
  }

  /** Waits until nothing is on the way in the server. */
  void awaitEmpty() throws InterruptedException {
    while (server.admittedBytes() > 0 || server.inflightRequestBytes() > 0) {
      Thread.sleep(1);
    }
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
