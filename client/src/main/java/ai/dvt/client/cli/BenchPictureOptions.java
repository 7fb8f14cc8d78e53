package ai.dvt.client.cli;

import ai.dvt.client.load.pictures.PictureForm;
import ai.dvt.client.load.pictures.PictureSource;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What {@code bench} sends. */
final class BenchPictureOptions {
  private static final int FILES = 10_000;
  private static final int TENSORS = 256;
  private static final int SYNTHETIC = 64;

  @Option(
      names = "--pictures",
      paramLabel = "DIR|TAR",
      description =
          "Folder, tar or tar.gz of pictures; a picture's folder is its true label. Without it,"
              + " seeded pictures of the model's input geometry, without labels.")
  private Path pictures;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description =
          "Pictures to keep in memory, spread over all (default: 10000 files, 256 tensors or 64"
              + " seeded ones).")
  private Integer limit;

  @Option(
      names = "--as",
      paramLabel = "FORM",
      description =
          "jpeg: picture files as they are, whatever their format (default with --pictures);"
              + " uint8: pixels of the input size (default without); float32: normalised tensors.")
  private PictureForm form;

  PictureForm form() {
    if (form != null) {
      return form;
    }
    return pictures == null ? PictureForm.UINT8 : PictureForm.JPEG;
  }

  PictureSource source(long seed) throws IOException {
    if (limit != null && limit < 1) {
      throw new IllegalArgumentException("--limit: " + limit + " (expected: >= 1)");
    }
    if (pictures == null) {
      return PictureSource.synthetic(limit == null ? SYNTHETIC : limit, seed);
    }
    int most = form() == PictureForm.JPEG ? FILES : TENSORS;
    return PictureSource.read(pictures, limit == null ? most : limit, seed);
  }
}
