package ai.dvt.server;

import ai.dvt.server.config.RepositorySettings;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.repository.FolderStamp;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.PrivateFolder;
import ai.dvt.server.repository.VersionFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From a version folder to a model that answers, by way of a private copy. */
final class VersionLoader {
  private final ModelLoader models;
  private final FirstLoad first;
  private final RepositorySettings settings;
  private final Retirement retirement;

  /**
   * @param first what is open already
   * @param settings where private copies are made, and how much of a model is loaded
   * @param retirement ends settings that were loaded on demand
   */
  VersionLoader(
      ModelLoader models, FirstLoad first, RepositorySettings settings, Retirement retirement) {
    this.models = models;
    this.first = first;
    this.settings = settings;
    this.retirement = retirement;
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
    try {
      Optional<FirstLoad.Ready> ready = first.take(folder, stamp);
      PrivateFolder copy =
          ready.isPresent() ? ready.get().copy() : PrivateFolder.create(settings.copies());
      boolean kept = false;
      try {
        VersionFolder.Checked checked =
            ready.isPresent() ? ready.get().checked() : folder.copyTo(copy.path());
        problems.addAll(checked.problems());
        if (checked.version().isPresent()) {
          ModelVersion version = checked.version().get();
          model =
              ready.isPresent()
                  ? models.tried(version, ready.get().opened(), copy.path(), problems)
                  : models.open(version, copy.path(), problems);
          if (model.isPresent() && version.manifest().settings().size() > 1) {
            kept = true;
            model = withSettings(model.get(), copy, problems);
          }
        }
      } finally {
        if (!kept) {
          copy.close();
        }
      }
    } catch (IOException e) {
      problems.add("copies: " + e + " (expected: a folder that can be written)");
    }
    return new TriedVersion(folder, stamp, model, problems, false);
  }

  /** The model with its other settings, which own the copy; empty if there are problems. */
  private Optional<ServedModel> withSettings(
      ServedModel first, PrivateFolder copy, List<String> problems) {
    LazySettings others =
        new LazySettings(first.version(), copy, models, retirement, settings.settingBytes());
    models.adapt(first, others, problems);
    if (problems.isEmpty()) {
      return Optional.of(first.with(others));
    }
    others.close();
    first.cascade().close();
    return Optional.empty();
  }
}
