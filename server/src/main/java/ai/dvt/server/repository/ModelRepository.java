package ai.dvt.server.repository;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a folder of {@code <model>/<version>/} folders holds, as it was at the scan.
 *
 * @param versions the good ones, by name, then by version rising
 * @param broken the others, with every problem found
 */
public record ModelRepository(List<ModelVersion> versions, List<BrokenModel> broken) {
  public ModelRepository {
    versions = List.copyOf(versions);
    broken = List.copyOf(broken);
  }

  /**
   * Reads and validates every version folder.
   *
   * @throws RepositoryException if root is no readable folder
   */
  public static ModelRepository scan(Path root) throws RepositoryException {
    return RepositoryScan.of(root);
  }

  /**
   * Reads and validates the version folders of one model.
   *
   * @throws RepositoryException if the folder cannot be read
   */
  public static ModelRepository ofModel(Path folder) throws RepositoryException {
    return RepositoryScan.ofModel(folder);
  }

  /** The version with the largest number. */
  public Optional<ModelVersion> latest(String name) {
    return versions.stream().filter(v -> v.name().equals(name)).reduce((a, b) -> b);
  }

  /** The version of exactly this name. */
  public Optional<ModelVersion> find(String name, String version) {
    return versions.stream()
        .filter(v -> v.name().equals(name) && v.version().equals(version))
        .findFirst();
  }
}
