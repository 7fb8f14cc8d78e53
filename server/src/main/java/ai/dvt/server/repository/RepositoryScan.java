package ai.dvt.server.repository;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Walks a repository. A model is a folder with at least one version folder; a version folder's name
 * is a number without leading zeros. Other files and folders are nobody's business.
 */
final class RepositoryScan {
  private RepositoryScan() {}

  static RepositoryListing list(Path root) throws RepositoryException {
    Path realRoot;
    List<Path> models;
    try {
      realRoot = root.toRealPath();
      models = folders(realRoot);
    } catch (IOException e) {
      throw new RepositoryException("models", root, "a readable folder of model folders", e);
    }
    SortedMap<String, List<VersionFolder>> listed = new TreeMap<>();
    List<BrokenModel> unreadable = new ArrayList<>();
    for (Path model : models) {
      String name = model.getFileName().toString();
      try {
        List<VersionFolder> versions = new ArrayList<>();
        for (Path version : versions(model)) {
          versions.add(
              new VersionFolder(realRoot, name, version.getFileName().toString(), version));
        }
        if (!versions.isEmpty()) {
          listed.put(name, List.copyOf(versions));
        }
      } catch (IOException e) {
        unreadable.add(unreadable(name, model));
      }
    }
    return new RepositoryListing(listed, unreadable);
  }

  static ModelRepository of(Path root) throws RepositoryException {
    Path realRoot;
    List<Path> models;
    try {
      realRoot = root.toRealPath();
      models = folders(realRoot);
    } catch (IOException e) {
      throw new RepositoryException("models", root, "a readable folder of model folders", e);
    }
    List<ModelVersion> good = new ArrayList<>();
    List<BrokenModel> broken = new ArrayList<>();
    for (Path model : models) {
      scanModel(realRoot, model, good, broken);
    }
    return new ModelRepository(good, broken);
  }

  static ModelRepository ofModel(Path folder) throws RepositoryException {
    Path model;
    try {
      model = folder.toRealPath();
    } catch (IOException e) {
      throw new RepositoryException("model", folder, "a readable folder of version folders", e);
    }
    List<ModelVersion> good = new ArrayList<>();
    List<BrokenModel> broken = new ArrayList<>();
    scanModel(model.getParent(), model, good, broken);
    return new ModelRepository(good, broken);
  }

  private static void scanModel(
      Path realRoot, Path model, List<ModelVersion> good, List<BrokenModel> broken) {
    String name = model.getFileName().toString();
    List<Path> versions;
    try {
      versions = versions(model);
    } catch (IOException e) {
      broken.add(unreadable(name, model));
      return;
    }
    for (Path version : versions) {
      Problems problems = new Problems();
      VersionCheck.of(realRoot, name, version, Optional.empty(), problems)
          .ifPresentOrElse(
              good::add,
              () ->
                  broken.add(
                      new BrokenModel(
                          name, version.getFileName().toString(), version, problems.found())));
    }
  }

  private static BrokenModel unreadable(String name, Path model) {
    return new BrokenModel(
        name, "", model, List.of("model folder: unreadable (expected: a readable folder)"));
  }

  private static List<Path> versions(Path model) throws IOException {
    List<Path> versions = folders(model);
    versions.removeIf(v -> !v.getFileName().toString().matches("0|[1-9][0-9]*"));
    versions.sort(Comparator.comparing(v -> new BigInteger(v.getFileName().toString())));
    return versions;
  }

  private static List<Path> folders(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return new ArrayList<>(
          entries
              .filter(Files::isDirectory)
              .filter(entry -> !entry.getFileName().toString().startsWith("."))
              .sorted()
              .toList());
    }
  }
}
