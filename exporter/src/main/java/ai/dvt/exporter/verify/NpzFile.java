package ai.dvt.exporter.verify;

import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Arrays by name: a zip of {@code .npy} entries, stored or deflated. */
final class NpzFile implements Closeable {
  private static final String SUFFIX = ".npy";
  private static final int MAX_BYTES = 64 << 20;

  private final Path path;
  private final ZipFile zip;

  private NpzFile(Path path, ZipFile zip) {
    this.path = path;
    this.zip = zip;
  }

  static NpzFile open(Path path) throws IOException {
    return new NpzFile(path, new ZipFile(path.toFile()));
  }

  boolean has(String name) {
    return zip.getEntry(name + SUFFIX) != null;
  }

  /**
   * @throws VerifyException if there is no such array, or it is too large
   */
  NpyArray read(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name + SUFFIX);
    if (entry == null) {
      throw new VerifyException(path.getFileName() + ": " + name, "absent", "an array");
    }
    Path copy = Files.createTempFile("dvt-verify-", SUFFIX);
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new VerifyException(
            path.getFileName() + ": " + name, "too large", "at most " + MAX_BYTES + " bytes");
      }
      Files.write(copy, bytes);
      return NpyFile.read(copy);
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
