package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
  private final List<String> missing;

  private LabelledPictures(
      List<PictureArchive> archives, Map<String, Integer> labels, List<String> missing) {
    this.archives = archives;
    this.labels = labels;
    this.missing = missing;
  }

  /**
   * Lists the pictures and finds their labels.
   *
   * @param sources folders, tar or tar.gz files, taken together
   * @param list if present, a file that names the pictures to take, one a line
   * @param classes the model's labels in class order
   * @throws EvaluationException if the folders do not match the labels, or one has no picture
   */
  public static LabelledPictures open(
      List<Path> sources, Optional<Path> list, List<String> classes, ClassOrder order)
      throws EvaluationException, IOException, InterruptedException {
    List<PictureArchive> archives = new ArrayList<>();
    Map<String, Place> places = new LinkedHashMap<>();
    Set<Place> folders = new LinkedHashSet<>();
    for (Path source : sources) {
      if (!Files.exists(source)) {
        throw new EvaluationException("--data", source, "a folder, a tar or a tar.gz that exists");
      }
      PictureArchive archive =
          Files.isDirectory(source) ? new FolderArchive(source) : new TarArchive(source);
      archives.add(archive);
      archive.visit(
          new PictureArchive.FileVisitor() {
            @Override
            public boolean visit(String name, PictureArchive.Content content) {
              Place.of(name).ifPresent(place -> places.put(name, place));
              return true;
            }

            @Override
            public void folder(String name) {
              if (!name.isEmpty()) {
                Place.of(name + "/any").ifPresent(folders::add);
              }
            }
          });
    }
    Set<String> empty = empty(folders, places, classes);
    if (list.isPresent()) {
      PictureList.read(list.get()).keepOnly(places);
    }
    if (places.isEmpty()) {
      throw new EvaluationException(
          "--data", "no pictures in " + sources, "class folders with pictures");
    }
    checkTops(places);
    Map<String, Integer> labels = labels(places, classes, order);
    ClassFolders.checkEmpty(empty);
    Set<Integer> shown = new HashSet<>(labels.values());
    List<String> missing = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      if (!shown.contains(label)) {
        missing.add(classes.get(label));
      }
    }
    return new LabelledPictures(archives, labels, missing);
  }

  /** Folders without anything in them, where class folders lie or named as one. */
  private static Set<String> empty(
      Set<Place> folders, Map<String, Place> places, List<String> classes) {
    Set<String> parents = new HashSet<>();
    Set<String> tops = new HashSet<>();
    for (Place place : places.values()) {
      parents.add(place.top() + place.folder() + "/");
      tops.add(place.top());
    }
    folders.forEach(folder -> parents.add(folder.top()));
    Set<String> empty = new TreeSet<>();
    for (Place folder : folders) {
      boolean classFolder = tops.contains(folder.top()) || classes.contains(folder.folder());
      if (classFolder && !parents.contains(folder.top() + folder.folder() + "/")) {
        empty.add(folder.folder());
      }
    }
    return empty;
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

  /** Labels without a picture, in class order: the data are a sample of the classes. */
  public List<String> missing() {
    return missing;
  }

  /** Says which labels have no picture; empty if all have one. */
  public Optional<String> note() {
    int all = missing.size() + (int) labels.values().stream().distinct().count();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            missing.size()
                + " of the model's "
                + all
                + " labels have no pictures: "
                + ClassFolders.shown(missing));
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
