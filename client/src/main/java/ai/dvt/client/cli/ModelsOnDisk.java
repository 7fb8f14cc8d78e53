package ai.dvt.client.cli;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.wire.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The models of a folder, looked at before a server starts, so that it loads no more than needed.
 */
final class ModelsOnDisk {
  private static final String VERSION = "0|[1-9][0-9]{0,17}";

  /**
   * @param labels of its newest version
   * @param exits of its newest version
   */
  private record Found(String name, Set<String> labels, int exits) {}

  private final Path folder;

  ModelsOnDisk(Path folder) {
    this.folder = folder;
  }

  /** Names of all folders that hold a version, sound or not, sorted. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (Path model : sorted(folder)) {
      if (newest(model).isPresent()) {
        names.add(model.getFileName().toString());
      }
    }
    return names;
  }

  /**
   * What a server is told so that it loads these models alone.
   *
   * @param models none: the only one that there is
   * @throws IllegalArgumentException for a name that no folder has, or if several could be meant
   */
  List<String> loading(List<String> models) throws IOException {
    List<String> names = names();
    for (String model : models) {
      if (!names.contains(model)) {
        throw new IllegalArgumentException(
            "model: " + model + " (expected: one of " + String.join(", ", names) + ")");
      }
    }
    if (models.isEmpty() && names.size() > 1) {
      throw ModelChoice.unnamed(names);
    }
    return models.isEmpty() ? List.of() : List.of("--load", String.join(",", models));
  }

  /**
   * Of the models that know all these labels the one with the most exits, then the first by name.
   */
  Optional<String> fitting(Collection<String> labels) throws IOException {
    List<Found> fitting = new ArrayList<>();
    for (String name : names()) {
      read(name).filter(model -> model.labels().containsAll(labels)).ifPresent(fitting::add);
    }
    return fitting.stream()
        .min(Comparator.comparingInt((Found model) -> -model.exits()).thenComparing(Found::name))
        .map(Found::name);
  }

  /** Empty where a file is missing or broken: the server will say why. */
  private Optional<Found> read(String name) throws IOException {
    Path version = newest(folder.resolve(name)).orElseThrow();
    try {
      CascadeManifest manifest =
          Manifests.fromJson(Files.readString(version.resolve("manifest.json")));
      Set<String> labels = new HashSet<>();
      if (manifest.labels().isPresent()) {
        labels.addAll(Files.readAllLines(version.resolve(manifest.labels().get().path())));
      }
      return Optional.of(new Found(name, labels, manifest.variants().get(0).stages().size()));
    } catch (IOException | ContractException e) {
      return Optional.empty();
    }
  }

  private static Optional<Path> newest(Path model) throws IOException {
    return sorted(model).stream()
        .filter(version -> version.getFileName().toString().matches(VERSION))
        .filter(version -> Files.isRegularFile(version.resolve("manifest.json")))
        .max(Comparator.comparingLong(v -> Long.parseLong(v.getFileName().toString())));
  }

  private static List<Path> sorted(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children.sorted().toList();
    }
  }
}
