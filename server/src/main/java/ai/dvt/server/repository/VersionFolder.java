package ai.dvt.server.repository;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A version folder as it is found, not read yet.
 *
 * @param root the repository, without links
 * @param name the model folder's name
 * @param version the folder's name, a number
 */
public record VersionFolder(Path root, String name, String version, Path folder) {
  /** What became of a copy: a version, or all reasons why not. */
  public record Checked(Optional<ModelVersion> version, List<String> problems) {
    public Checked {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Copies the files that the version is made of into another folder and checks the copy, so that
   * whatever happens to the originals afterwards happens to nobody.
   *
   * @param target an empty folder, the caller's
   * @return the version, its {@link ModelVersion#folder} still the original one
   */
  public Checked copyTo(Path target) {
    Problems problems = new Problems();
    Optional<ModelVersion> version =
        VersionCheck.of(root, name, folder, Optional.of(target), problems);
    return new Checked(version, new ArrayList<>(problems.found()));
  }
}
