package ai.dvt.client.load.pictures;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The picture files of a folder, a tar or a tar.gz. */
final class PictureArchive {
  private static final List<String> ENDINGS = List.of("jpg", "jpeg", "png", "bmp", "gif");
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * A picture file.
   *
   * @param folder the name of the folder it lies in; its true label where folders are classes
   */
  record Entry(String folder, byte[] file) {}

  private PictureArchive() {}

  /**
   * Reads all pictures, those of a folder in order of name.
   *
   * @throws IOException for what is neither, or holds no picture
   */
  static List<Entry> read(Path source) throws IOException {
    if (!Files.exists(source)) {
      throw new NoSuchFileException(source.toString());
    }
    List<Entry> entries = Files.isDirectory(source) ? folder(source) : tar(source);
    if (entries.isEmpty()) {
      throw new IOException(
          source + ": no picture in it (expected: files ending in " + ENDINGS + ")");
    }
    return entries;
  }

  private static List<Entry> folder(Path source) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(source, FileVisitOption.FOLLOW_LINKS)) {
      files = walk.filter(f -> Files.isRegularFile(f) && picture(f.toString())).sorted().toList();
    }
    List<Entry> entries = new ArrayList<>();
    for (Path file : files) {
      entries.add(entry(file.toAbsolutePath().normalize().toString(), Files.readAllBytes(file)));
    }
    return entries;
  }

  private static List<Entry> tar(Path source) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(unpacked(source))) {
      int files = 0;
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        files++;
        if (entry.isFile() && picture(entry.getName())) {
          entries.add(entry(entry.getName(), tar.readAllBytes()));
        }
      }
      if (files == 0) {
        throw new IOException("nothing in it");
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          source + ": " + e.getMessage() + " (expected: a folder, a tar or a tar.gz)", e);
    }
    return entries;
  }

  private static InputStream unpacked(Path source) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(source), BUFFER_BYTES);
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip ? new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES)) : in;
  }

  private static Entry entry(String name, byte[] file) {
    String[] parts = name.replace('\\', '/').split("/");
    return new Entry(parts.length < 2 ? "" : parts[parts.length - 2], file);
  }

  private static boolean picture(String name) {
    String file = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    return !file.startsWith(".")
        && ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }
}
