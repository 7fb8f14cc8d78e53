package ai.dvt.exporter.bundle;

import ai.dvt.cascade.FileSpec;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * A version folder under construction, in a hidden sibling of its final place. {@link #commit}
 * renames it; closing it before removes every trace, also when the process is told to end.
 */
public final class VersionFolder implements Closeable {
  private static final String MANIFEST = "manifest.json";

  private final Path target;
  private final boolean replace;
  private final Path partial;
  private final List<Path> madeParents;
  private final Thread onExit;
  private volatile boolean committed;

  private VersionFolder(Path target, boolean replace, Path partial, List<Path> madeParents) {
    this.target = target;
    this.replace = replace;
    this.partial = partial;
    this.madeParents = madeParents;
    this.onExit = new Thread(this::removeUnlessCommitted, "remove-partial-export");
  }

  /**
   * Begins a folder; its parents are made where absent.
   *
   * @param replace whether an existing version may be replaced
   * @throws BundleException if something stands there that may not be replaced
   */
  public static VersionFolder begin(Path target, boolean replace) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    if (absolute.getParent() == null) {
      throw new BundleException("output", target, "a folder with a parent");
    }
    checkFree(absolute, target, replace);
    List<Path> absent = absentParents(absolute);
    Files.createDirectories(absolute.getParent());
    Path partial =
        absolute.resolveSibling(
            "." + absolute.getFileName() + ".partial-" + ProcessHandle.current().pid());
    delete(partial);
    Files.createDirectory(partial);
    VersionFolder folder = new VersionFolder(absolute, replace, partial, absent);
    Runtime.getRuntime().addShutdownHook(folder.onExit);
    return folder;
  }

  /** Innermost first. */
  private static List<Path> absentParents(Path folder) {
    List<Path> absent = new ArrayList<>();
    for (Path parent = folder.getParent();
        parent != null && !Files.exists(parent);
        parent = parent.getParent()) {
      absent.add(parent);
    }
    return absent;
  }

  private static void checkFree(Path target, Path shown, boolean replace) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new BundleException("output", shown + " is a file", "a folder");
    }
    if (isEmpty(target)) {
      return;
    }
    if (!replace) {
      throw new BundleException(
          "output", shown + " is not empty", "a new folder, or --force to replace a version");
    }
    if (!Files.isRegularFile(target.resolve(MANIFEST))) {
      throw new BundleException(
          "output", shown + " holds no " + MANIFEST, "--force replaces only an exported version");
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      return !entries.iterator().hasNext();
    }
  }

  /** Where the files stand until {@link #commit}. */
  public Path path() {
    return partial;
  }

  /** The final place. */
  public Path target() {
    return target;
  }

  /** Makes the file's place: its folder. */
  public Path resolve(String path) throws IOException {
    Path file = partial.resolve(path);
    Files.createDirectories(file.getParent());
    return file;
  }

  /** Writes a new file. */
  public FileSpec write(String path, byte[] content) throws IOException {
    Files.write(resolve(path), content, StandardOpenOption.CREATE_NEW);
    return new FileSpec(path, hex(sha256().digest(content)), content.length);
  }

  /** Writes a new text file, UTF-8. */
  public FileSpec write(String path, String content) throws IOException {
    return write(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Describes a file that stands in the folder already. */
  public FileSpec describe(String path) throws IOException {
    Path file = partial.resolve(path);
    return new FileSpec(path, sha256(file), Files.size(file));
  }

  /**
   * Moves the folder to its place, and the version that it replaces out of the way first.
   *
   * @throws BundleException if something appeared there meanwhile
   */
  public void commit() throws IOException {
    checkFree(target, target, replace);
    Path before = null;
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      if (isEmpty(target)) {
        Files.delete(target);
      } else {
        before = partial.resolveSibling(partial.getFileName() + "-replaced");
        Files.move(target, before, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    try {
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
      committed = true;
    } finally {
      if (before != null) {
        if (committed) {
          delete(before);
        } else {
          Files.move(before, target, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
  }

  /** Removes the folder if it was not committed. */
  @Override
  public void close() {
    removeUnlessCommitted();
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // The process is ending: the hook has run or will, and finds nothing.
      return;
    }
  }

  private void removeUnlessCommitted() {
    if (committed) {
      return;
    }
    delete(partial);
    for (Path parent : madeParents) {
      try {
        Files.deleteIfExists(parent);
      } catch (IOException e) {
        // Somebody else uses it by now.
        return;
      }
    }
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> walk = Files.walk(folder)) {
      List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lower-case hex of a file's SHA-256. */
  public static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return hex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}
