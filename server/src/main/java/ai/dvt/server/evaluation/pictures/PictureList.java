package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Names of pictures to take, one a line; class folder and file name count, the rest does not. */
final class PictureList {
  private final Path file;
  private final Map<String, String> lineOfKey;

  private PictureList(Path file, Map<String, String> lineOfKey) {
    this.file = file;
    this.lineOfKey = lineOfKey;
  }

  static PictureList read(Path file) throws EvaluationException, IOException {
    Map<String, String> lineOfKey = new LinkedHashMap<>();
    for (String raw : Files.readAllLines(file)) {
      String line = raw.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Optional<Place> place = Place.of(line);
      if (place.isEmpty()) {
        throw new EvaluationException(file.toString(), line, "class/file names, one a line");
      }
      lineOfKey.put(place.get().key(), line);
    }
    return new PictureList(file, lineOfKey);
  }

  void keepOnly(Map<String, Place> places) throws EvaluationException {
    places.values().removeIf(place -> !lineOfKey.containsKey(place.key()));
    Set<String> missing = new HashSet<>(lineOfKey.keySet());
    places.values().forEach(place -> missing.remove(place.key()));
    if (!missing.isEmpty()) {
      String first =
          lineOfKey.keySet().stream()
              .filter(missing::contains)
              .findFirst()
              .map(lineOfKey::get)
              .get();
      throw new EvaluationException(
          file.toString(),
          missing.size() + " names that are not in the data, first " + first,
          "names of pictures in the data");
    }
  }
}
