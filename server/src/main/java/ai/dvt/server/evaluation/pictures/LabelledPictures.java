package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Pictures in class folders, in folders and tars, which may lie under one top folder: {@code
 * cat/0001.jpg} or {@code test/cat/0001.jpg}. Files beside the class folders and hidden ones are
 * nobody's business.
 */
public final class LabelledPictures {
  private final List<PictureArchive> archives;
  private final Map<String, Integer> labels;

  private LabelledPictures(List<PictureArchive> archives, Map<String, Integer> labels) {
    this.archives = archives;
    this.labels = labels;
  }

  /**
   * Lists the pictures and finds their labels.
   *
   * @param sources folders, tar or tar.gz files, taken together
   * @param list if present, a file that names the pictures to take, one a line
   * @param classes the model's labels in class order
   * @throws EvaluationException if the folders do not match the labels, or a class has no picture
   */
  public static LabelledPictures open(
      List<Path> sources, Optional<Path> list, List<String> classes, ClassOrder order)
      throws EvaluationException, IOException, InterruptedException {
    List<PictureArchive> archives = new ArrayList<>();
    Map<String, Place> places = new LinkedHashMap<>();
    for (Path source : sources) {
      if (!Files.exists(source)) {
        throw new EvaluationException("--data", source, "a folder, a tar or a tar.gz that exists");
      }
      PictureArchive archive =
          Files.isDirectory(source) ? new FolderArchive(source) : new TarArchive(source);
      archives.add(archive);
      archive.visit(
          (name, content) -> {
            Place.of(name).ifPresent(place -> places.put(name, place));
            return true;
          });
    }
    if (list.isPresent()) {
      PictureList.read(list.get()).keepOnly(places);
    }
    if (places.isEmpty()) {
      throw new EvaluationException(
          "--data", "no pictures in " + sources, "class folders with pictures");
    }
    checkTops(places);
    return new LabelledPictures(archives, labels(places, classes, order));
  }

  private static void checkTops(Map<String, Place> places) throws EvaluationException {
    Set<String> tops = new TreeSet<>();
    places.values().forEach(place -> tops.add(place.top()));
    if (tops.size() > 1) {
      throw new EvaluationException(
          "--data", "class folders under " + tops, "under one folder; --list chooses pictures");
    }
  }

  private static Map<String, Integer> labels(
      Map<String, Place> places, List<String> classes, ClassOrder order)
      throws EvaluationException {
    Set<String> folders = new TreeSet<>();
    places.values().forEach(place -> folders.add(place.folder()));
    Map<String, Integer> labelOf = ClassFolders.labels(folders, classes, order);
    Map<String, Integer> labels = new HashMap<>();
    places.forEach((name, place) -> labels.put(name, labelOf.get(place.folder())));
    return labels;
  }

  /** Number of pictures, readable or not. */
  public int size() {
    return labels.size();
  }

  /** Reads the pictures; every time in the same order. */
  public void visit(PictureVisitor visitor)
      throws EvaluationException, IOException, InterruptedException {
    boolean[] goOn = {true};
    for (PictureArchive archive : archives) {
      archive.visit(
          (name, content) -> {
            Integer label = labels.get(name);
            if (label != null) {
              goOn[0] = visitor.visit(new LabelledPicture(name, label, bytes(content)));
            }
            return goOn[0];
          });
      if (!goOn[0]) {
        return;
      }
    }
  }

  private static byte[] bytes(PictureArchive.Content content) throws IOException {
    InputStream in = content.open();
    try {
      return in.readAllBytes();
    } finally {
      if (!(in instanceof org.apache.commons.compress.archivers.tar.TarArchiveInputStream)) {
        in.close();
      }
    }
  }
}
