package ai.dvt.server.runtime.provider;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The CPU, whose sessions leave their optimised graph in the folder that an engine would have. */
public final class KeepingProvider implements ExecutionProvider {
  private static final String FILE = "graph";

  private final EngineFolders engines;

  public KeepingProvider(Path root) {
    this.engines = new EngineFolders(root, "cpu", "1", "1");
  }

  @Override
  public String name() {
    return CpuProvider.NAME;
  }

  @Override
  public boolean onHost() {
    return true;
  }

  @Override
  public boolean compiles() {
    return true;
  }

  @Override
  public Map<String, String> options(StageGraph graph) {
    return Map.of(FILE, engines.of(graph).resolve("graph.onnx").toString());
  }

  @Override
  public void addTo(SessionOptions session, StageGraph graph) throws OrtException {
    Path file = Path.of(options(graph).get(FILE));
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    session.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR); // it warns of the file
    session.setOptimizedModelFilePath(file.toString());
  }
}
