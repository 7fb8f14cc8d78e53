package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** The files of a tar, packed with gzip or not, in its order. */
final class TarArchive implements PictureArchive {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;

  TarArchive(Path file) {
    this.file = file;
  }

  @Override
  public void visit(FileVisitor visitor)
      throws IOException, EvaluationException, InterruptedException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(unpacked())) {
      int entries = 0;
      for (TarArchiveEntry entry = next(tar); entry != null; entry = next(tar)) {
        entries++;
        if (entry.isDirectory()) {
          visitor.folder(entry.getName().replaceFirst("/+$", ""));
        }
        if (entry.isFile() && !visitor.visit(entry.getName(), () -> tar)) {
          return;
        }
      }
      if (entries == 0) {
        throw new EvaluationException(
            file.toString(), "nothing in it", "a folder, a tar or a tar.gz of class folders");
      }
    }
  }

  private TarArchiveEntry next(TarArchiveInputStream tar) throws EvaluationException {
    try {
      return tar.getNextEntry();
    } catch (IOException | IllegalArgumentException e) {
      throw new EvaluationException(
          file.toString(),
          "unreadable, " + e.getMessage(),
          "a folder, a tar or a tar.gz of class folders");
    }
  }

  private InputStream unpacked() throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    in.mark(2);
    boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    return gzip ? new BufferedInputStream(new GZIPInputStream(in, BUFFER_BYTES)) : in;
  }
}
