package ai.dvt.server;

import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.repository.FolderStamp;
import ai.dvt.server.repository.PrivateFolder;
import ai.dvt.server.repository.VersionFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From a version folder to a model that answers, by way of a private copy. */
final class VersionLoader {
  private final ModelLoader models;
  private final Optional<Path> copies;

  /**
   * @param copies where private copies are made; empty: the system's folder for temporary files
   */
  VersionLoader(ModelLoader models, Optional<Path> copies) {
    this.models = models;
    this.copies = copies;
  }

  /**
   * Copies, checks, loads and self-tests a version.
   *
   * @param stamp of the folder, taken before
   * @return the caller closes the cascade of the model
   */
  TriedVersion load(VersionFolder folder, FolderStamp stamp) {
    List<String> problems = new ArrayList<>();
    Optional<ServedModel> model = Optional.empty();
    try (PrivateFolder copy = PrivateFolder.create(copies)) {
      VersionFolder.Checked checked = folder.copyTo(copy.path());
      problems.addAll(checked.problems());
      if (checked.version().isPresent()) {
        model = models.open(checked.version().get(), copy.path(), problems);
      }
    } catch (IOException e) {
      problems.add("copies: " + e + " (expected: a folder that can be written)");
    }
    return new TriedVersion(folder, stamp, model, problems, false);
  }
}
