package ai.dvt.server.repository;

import ai.dvt.cascade.FileSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private final Optional<Path> target;
  private final Map<String, String> sha256s = new HashMap<>();
  private final Map<String, Path> copies = new HashMap<>();

  /**
   * @param folder absolute, without links
   * @param target gets a copy of every file that is found by its checksum or read; empty: nothing
   *     is copied
   */
  VersionFiles(Path folder, Optional<Path> target) {
    this.folder = folder;
    this.target = target;
  }

  Path folder() {
    return folder;
  }

  /**
   * Finds a file inside the folder.
   *
   * @param path relative, with {@code /}
   * @return where it or its copy lies; empty if a problem was added
   */
  Optional<Path> find(String path, Problems problems) {
    if (copies.containsKey(path)) {
      return Optional.of(copies.get(path));
    }
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
        sha256 = target.isPresent() ? copy(spec, found.get()) : sha256(found.get());
        sha256s.put(spec.path(), sha256);
      }
      if (!sha256.equals(spec.sha256())) {
        problems.add(spec.path(), "sha256 " + sha256, spec.sha256() + " by the manifest");
        return Optional.empty();
      }
      return Optional.of(copies.getOrDefault(spec.path(), found.get()));
    } catch (CopyException e) {
      problems.add(
          "copy of " + spec.path(),
          e.getMessage(),
          spec.bytes() + " bytes of room in " + target.get());
      return Optional.empty();
    } catch (IOException e) {
      problems.add(spec.path(), "unreadable, " + e.getMessage(), "a readable file");
      return Optional.empty();
    }
  }

  /** The copy cannot be written, the original may be sound. */
  private static final class CopyException extends IOException {
    private static final long serialVersionUID = 1L;

    CopyException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /**
   * Copies a file, at most a byte more than it should have.
   *
   * @return sha256 of the copy
   */
  private String copy(FileSpec spec, Path source) throws IOException {
    Path copy = target.orElseThrow().resolve(spec.path());
    MessageDigest digest = digest();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (FileChannel from = FileChannel.open(source);
        FileChannel to = open(copy)) {
      for (long bytes = 0; bytes <= spec.bytes() && from.read(chunk.clear()) >= 0; ) {
        bytes += chunk.flip().remaining();
        digest.update(chunk);
        write(to, chunk.rewind());
      }
    }
    copies.put(spec.path(), copy);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static FileChannel open(Path copy) throws CopyException {
    try {
      Files.createDirectories(copy.getParent());
      return FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new CopyException(e);
    }
  }

  private static void write(FileChannel to, ByteBuffer bytes) throws CopyException {
    try {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
    } catch (IOException e) {
      throw new CopyException(e);
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
    MessageDigest digest = digest();
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(chunk.clear()) >= 0) {
        digest.update(chunk.flip());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
