package ai.dvt.client.cli;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.load.pictures.PictureForm;
import ai.dvt.client.load.pictures.PictureSource;
import ai.dvt.client.load.rounds.RawChainSide;
import ai.dvt.client.load.rounds.ServerSide;
import ai.dvt.client.load.rounds.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The two sides of a {@code bench}, as they are opened; closes those that were. */
final class BenchSides implements AutoCloseable {
  private final BenchServers.Servers servers;
  private final BenchServers options;
  private final ServerSide.Clients clients;
  private final PictureSource source;
  private final PictureForm form;
  private Side a;
  private Side b;

  BenchSides(
      BenchServers.Servers servers,
      BenchServers options,
      ServerSide.Clients clients,
      PictureSource source,
      PictureForm form) {
    this.servers = servers;
    this.options = options;
    this.clients = clients;
    this.source = source;
    this.form = form;
  }

  Side a() {
    return a;
  }

  Optional<Side> b() {
    return Optional.ofNullable(b);
  }

  /** The model of A's server, if it serves one only. */
  ModelId onlyModel() {
    try (CascadeClient client = clients.connector().client(servers.a())) {
      return ModelChoice.onlyOne(client);
    }
  }

  void openServerA(ModelId model) throws IOException {
    a = server(servers.a(), model);
  }

  void openServerB(ModelId model) throws IOException {
    b = server(servers.b(), model);
  }

  /** With the settings of B's server, if there is one. */
  void openRawChainA(ModelId model) throws IOException {
    a = rawChain(model, b);
  }

  /** With the settings of A's server. */
  void openRawChainB(ModelId model) throws IOException {
    b = rawChain(model, a);
  }

  private Side server(String target, ModelId model) throws IOException {
    return ServerSide.open(target, model, source, form, clients, () -> servers.cpuSeconds(target));
  }

  private Side rawChain(ModelId model, Side alike) throws IOException {
    Path folder = options.folder().resolve(model.name());
    return RawChainSide.start(
        ServerOptions.home(),
        model.version().map(folder::resolve).orElse(folder),
        Optional.ofNullable(alike).map(side -> side.model().execution()),
        options.providerOptions(),
        source,
        form);
  }

  @Override
  public void close() {
    if (a != null) {
      a.close();
    }
    if (b != null) {
      b.close();
    }
  }
}
