package ai.dvt.server.evaluation.pictures;

import java.util.Optional;

/**
 * Where a picture lies.
 *
 * @param top what the class folders lie under; may be empty
 * @param folder the class folder
 * @param file the file's own name
 */
record Place(String top, String folder, String file) {
  /** Empty for hidden files and for files beside the class folders. */
  static Optional<Place> of(String name) {
    String path = name.startsWith("./") ? name.substring(2) : name;
    String[] parts = path.split("/");
    for (String part : parts) {
      if (part.startsWith(".") || part.equals("__MACOSX")) {
        return Optional.empty();
      }
    }
    if (parts.length < 2) {
      return Optional.empty();
    }
    String file = parts[parts.length - 1];
    String folder = parts[parts.length - 2];
    int end = path.length() - file.length() - folder.length() - 1;
    return Optional.of(new Place(path.substring(0, end), folder, file));
  }

  /** The same whether the data lies under a top folder or not. */
  String key() {
    return folder + "/" + file;
  }
}
