package ai.dvt.cascade;

import java.util.List;

/**
 * A file of a version folder.
 *
 * @param path relative to the folder, with {@code /}; absolute paths and {@code ..} are refused
 * @param sha256 lower-case hex, 64 digits
 * @param bytes length of the file
 */
public record FileSpec(String path, String sha256, long bytes) {
  public FileSpec {
    List<String> parts = List.of(path.split("/", -1));
    if (path.indexOf('\\') >= 0
        || path.indexOf('\0') >= 0
        || path.matches("[A-Za-z]:.*")
        || parts.contains("")
        || parts.contains("..")
        || parts.contains(".")) {
      throw new ContractException(
          "path", '"' + path + '"', "relative, with '/', inside the version folder, without '..'");
    }
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new ContractException("sha256 of " + path, '"' + sha256 + '"', "64 hex digits");
    }
    if (bytes < 0) {
      throw new ContractException("bytes of " + path, bytes, ">= 0");
    }
  }
}
