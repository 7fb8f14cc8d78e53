package ai.dvt.client.cli;

import ai.dvt.client.call.ModelId;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The live page of a server that a command starts: how to ask for it and where it is then. */
final class LivePage implements AutoCloseable {
  private final Path portFile;
  private final List<String> arguments;
  private final String shown;

  /**
   * @param shown the model to show first, as a fragment of the address; may be empty
   */
  private LivePage(Path portFile, List<String> arguments, String shown) {
    this.portFile = portFile;
    this.arguments = List.copyOf(arguments);
    this.shown = shown;
  }

  /** No page. */
  static LivePage none() {
    return new LivePage(null, List.of(), "");
  }

  /**
   * A page on a free port of this machine.
   *
   * @param pictures what it offers: files and folders
   * @param model that it shows first; empty: the one that fits the pictures
   */
  static LivePage wanted(ServerOptions server, List<Path> pictures, Optional<ModelId> model)
      throws IOException {
    if (server.foreign()) {
      throw new IllegalArgumentException("--open: together with --server (expected: without it)");
    }
    Path portFile = Files.createTempFile("dvt-page", ".port");
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of("--http-port", "0", "--http-port-file", portFile.toString(), "--page"));
    for (Path picture : pictures) {
      arguments.add("--page-pictures");
      arguments.add(picture.toAbsolutePath().toString());
    }
    String shown =
        model
            .map(id -> id.name() + id.version().map(v -> "/" + v).orElse(""))
            .map(name -> "#" + URLEncoder.encode(name, StandardCharsets.UTF_8))
            .orElse("");
    return new LivePage(portFile, arguments, shown);
  }

  /** What to tell {@code serve}. */
  List<String> arguments() {
    return arguments;
  }

  /** Once the server serves. */
  String address() throws IOException {
    return "http://127.0.0.1:" + Files.readString(portFile).strip() + "/" + shown;
  }

  @Override
  public void close() throws IOException {
    if (portFile != null) {
      Files.deleteIfExists(portFile);
    }
  }
}
