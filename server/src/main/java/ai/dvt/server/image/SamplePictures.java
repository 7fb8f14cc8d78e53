package ai.dvt.server.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Picture files, and those below folders, found once. Whoever shows them to others asks for one by
 * its number, never by a path.
 */
public final class SamplePictures {
  /** Nobody looks at more. */
  public static final int LIMIT = 1000;

  private static final int DEPTH = 8;

  private static final Map<String, String> TYPES =
      Map.of(
          "jpg", "image/jpeg",
          "jpeg", "image/jpeg",
          "png", "image/png",
          "gif", "image/gif",
          "bmp", "image/bmp");

  /**
   * A picture.
   *
   * @param label the name of its folder, its true label where folders are classes
   */
  public record Sample(int id, String label, String name) {}

  private final List<Path> files;
  private final List<Sample> samples;

  private SamplePictures(List<Path> files, List<Sample> samples) {
    this.files = files;
    this.samples = samples;
  }

  /**
   * The first of every folder, then the second of every folder, and so on.
   *
   * @param named pictures as they are, and folders that are searched for files with a picture's
   *     ending
   * @throws IOException if one of them cannot be read
   */
  public static SamplePictures of(List<Path> named) throws IOException {
    Map<Path, List<Path>> byFolder = new java.util.TreeMap<>();
    for (Path path : named) {
      for (Path file : below(path.toAbsolutePath().normalize())) {
        byFolder.computeIfAbsent(file.getParent(), f -> new ArrayList<>()).add(file);
      }
    }
    Map<Path, Integer> rank = new HashMap<>();
    byFolder
        .values()
        .forEach(inside -> inside.forEach(file -> rank.put(file, inside.indexOf(file))));
    List<Path> files =
        byFolder.values().stream()
            .flatMap(List::stream)
            .sorted(java.util.Comparator.comparing(rank::get))
            .limit(LIMIT)
            .toList();
    List<Sample> samples = new ArrayList<>();
    for (Path file : files) {
      samples.add(
          new Sample(
              samples.size(),
              file.getParent().getFileName().toString(),
              file.getFileName().toString()));
    }
    return new SamplePictures(files, List.copyOf(samples));
  }

  /** In order. */
  public List<Path> files() {
    return files;
  }

  private static List<Path> below(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      return List.of(path);
    }
    try (Stream<Path> walk = Files.walk(path, DEPTH)) {
      return walk.filter(file -> TYPES.containsKey(ending(file)) && Files.isRegularFile(file))
          .sorted()
          .toList();
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** In order. */
  public List<Sample> all() {
    return samples;
  }

  /** The picture of a number, if there is one. */
  public Optional<Sample> find(String id) {
    try {
      return Optional.of(samples.get(Integer.parseInt(id)));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /** A picture's file. */
  public byte[] bytes(Sample sample) throws IOException {
    return Files.readAllBytes(files.get(sample.id()));
  }

  /** A picture's media type, by the ending of its name. */
  public String type(Sample sample) {
    return TYPES.getOrDefault(ending(files.get(sample.id())), "image/jpeg");
  }

  private static String ending(Path file) {
    String name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }
}
