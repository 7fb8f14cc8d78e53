package ai.dvt.server.repository;

import ai.dvt.cascade.FileSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** The files of one version folder; refuses whatever leaves it. */
final class VersionFiles {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path folder;
  private final Map<String, String> sha256s = new HashMap<>();

  /**
   * @param folder absolute, without links
   */
  VersionFiles(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /**
   * Finds a file inside the folder.
   *
   * @param path relative, with {@code /}
   * @return where it lies; empty if a problem was added
   */
  Optional<Path> find(String path, Problems problems) {
    Path file = folder.resolve(path);
    try {
      if (!Files.exists(file)) {
        problems.add(path, "missing", "a file of the version folder");
      } else if (!file.toRealPath().startsWith(folder)) {
        problems.add(path, file.toRealPath(), "a file inside the version folder, also by links");
      } else if (!Files.isRegularFile(file)) {
        problems.add(path, "no regular file", "a regular file");
      } else {
        return Optional.of(file);
      }
    } catch (IOException | SecurityException e) {
      problems.add(path, "unreadable, " + e.getMessage(), "a readable file");
    }
    return Optional.empty();
  }

  /**
   * Finds a file and checks its length and checksum.
   *
   * @return where it lies; empty if a problem was added
   */
  Optional<Path> find(FileSpec spec, Problems problems) {
    Optional<Path> found = find(spec.path(), problems);
    if (found.isEmpty()) {
      return found;
    }
    try {
      long bytes = Files.size(found.get());
      if (bytes != spec.bytes()) {
        problems.add(spec.path(), bytes + " bytes", spec.bytes() + " by the manifest");
        return Optional.empty();
      }
      String sha256 = sha256s.get(spec.path());
      if (sha256 == null) {
        sha256 = sha256(found.get());
        sha256s.put(spec.path(), sha256);
      }
      if (!sha256.equals(spec.sha256())) {
        problems.add(spec.path(), "sha256 " + sha256, spec.sha256() + " by the manifest");
        return Optional.empty();
      }
      return found;
    } catch (IOException e) {
      problems.add(spec.path(), "unreadable, " + e.getMessage(), "a readable file");
      return Optional.empty();
    }
  }

  /**
   * Reads a small text file inside the folder.
   *
   * @return its text; empty if a problem was added
   */
  Optional<String> text(String path, int maxBytes, Problems problems) {
    Optional<Path> file = find(path, problems);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      long bytes = Files.size(file.get());
      if (bytes > maxBytes) {
        problems.add(path, bytes + " bytes", "at most " + maxBytes);
        return Optional.empty();
      }
      return Optional.of(Files.readString(file.get()));
    } catch (java.nio.charset.CharacterCodingException e) {
      problems.add(path, "bytes that are no UTF-8", "UTF-8 text");
    } catch (IOException e) {
      problems.add(path, "unreadable, " + e.getMessage(), "a readable file");
    }
    return Optional.empty();
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(chunk.clear()) >= 0) {
        digest.update(chunk.flip());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
