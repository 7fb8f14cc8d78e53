package ai.dvt.client.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The live page of a server that a command starts: how to ask for it and where it is then. */
final class LivePage implements AutoCloseable {
  private final Path portFile;
  private final List<String> arguments;

  private LivePage(Path portFile, List<String> arguments) {
    this.portFile = portFile;
    this.arguments = arguments;
  }

  /** No page. */
  static LivePage none() {
    return new LivePage(null, List.of());
  }

  /**
   * A page on a free port of this machine.
   *
   * @param pictures what it offers: the first of these that is a folder
   */
  static LivePage wanted(ServerOptions server, List<Path> pictures) throws IOException {
    if (server.foreign()) {
      throw new IllegalArgumentException("--open: together with --server (expected: without it)");
    }
    Path folder =
        pictures.stream()
            .filter(Files::isDirectory)
            .findFirst()
            .orElseGet(() -> ServerOptions.home().resolve("onnx-models").resolve("pictures"));
    Path portFile = Files.createTempFile("dvt-page", ".port");
    return new LivePage(
        portFile,
        List.of(
            "--http-port",
            "0",
            "--http-port-file",
            portFile.toString(),
            "--page",
            "--page-pictures",
            folder.toAbsolutePath().toString()));
  }

  /** What to tell {@code serve}. */
  List<String> arguments() {
    return arguments;
  }

  /** Once the server serves. */
  String address() throws IOException {
    return "http://127.0.0.1:" + Files.readString(portFile).strip() + "/";
  }

  @Override
  public void close() throws IOException {
    if (portFile != null) {
      Files.deleteIfExists(portFile);
    }
  }
}
