package ai.dvt.server.cli;

import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.repository.BrokenModel;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Finds a model by its version folder, its model folder or its name. */
final class ModelFolders {
  private static final String VERSION = "0|[1-9][0-9]*";

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "Folder of models, for models given by name (default: onnx-models).")
  private Path models = Path.of(System.getProperty("dvt.home", "."), "onnx-models");

  /**
   * @param model a version folder, a model folder (the newest version), or a name under the models
   */
  ModelVersion find(String model) throws EvaluationException {
    Path path = Path.of(model);
    if (!Files.isDirectory(path)) {
      path = models.resolve(model);
    }
    if (!Files.isDirectory(path)) {
      throw new EvaluationException(
          "model", model, "a version folder, a model folder, or a model's name under " + models);
    }
    try {
      Path folder = path.toRealPath();
      boolean version =
          folder.getFileName().toString().matches(VERSION)
              && Files.isRegularFile(folder.resolve("manifest.json"));
      Path modelFolder = version ? folder.getParent() : folder;
      return choose(
          ModelRepository.ofModel(modelFolder),
          model,
          version ? Optional.of(folder.getFileName().toString()) : Optional.empty());
    } catch (RepositoryException e) {
      throw new EvaluationException(model, e.getMessage(), "a model that can be served");
    } catch (IOException e) {
      throw new EvaluationException("model", model + ", " + e.getMessage(), "a readable folder");
    }
  }

  private static ModelVersion choose(
      ModelRepository repository, String model, Optional<String> version)
      throws EvaluationException {
    List<BrokenModel> broken =
        repository.broken().stream()
            .filter(one -> version.isEmpty() || version.get().equals(one.version()))
            .toList();
    Optional<ModelVersion> found =
        repository.versions().stream()
            .filter(one -> version.isEmpty() || version.get().equals(one.version()))
            .reduce((older, newer) -> newer);
    if (found.isPresent()) {
      return found.get();
    }
    throw new EvaluationException(
        model,
        broken.isEmpty() ? "no version folder" : String.join("; ", broken.get(0).problems()),
        "a version folder with a manifest.json whose files are sound");
  }
}
