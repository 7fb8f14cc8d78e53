package ai.dvt.server.repository;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * Which version folders lie in a repository; none was read.
 *
 * @param models by name; the versions of each by number rising
 * @param unreadable model folders that cannot be listed
 */
public record RepositoryListing(
    SortedMap<String, List<VersionFolder>> models, List<BrokenModel> unreadable) {
  public RepositoryListing {
    unreadable = List.copyOf(unreadable);
  }

  /**
   * Lists a repository.
   *
   * @throws RepositoryException if root is no readable folder
   */
  public static RepositoryListing of(Path root) throws RepositoryException {
    return RepositoryScan.list(root);
  }
}
