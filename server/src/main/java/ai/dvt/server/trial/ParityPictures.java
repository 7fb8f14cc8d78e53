package ai.dvt.server.trial;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureException;
import ai.dvt.server.image.SamplePictures;
import ai.dvt.server.runtime.RowWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Pictures that an operator names, on which less than float32 must answer as float32 does. */
final class ParityPictures {
  /** More would make the start longer than they make it surer. */
  static final int LIMIT = 200;

  private final Path named;
  private final PictureDecoder decoder;

  /**
   * @param named a picture, or a folder: of every folder below it the first one, then of every
   *     folder the second one, and so on
   */
  ParityPictures(Path named, PictureDecoder decoder) {
    this.named = named;
    this.decoder = decoder;
  }

  /**
   * Reads them as a model sees them.
   *
   * @throws TrialException if there are none, or one cannot be read
   */
  List<RowWriter> read(Preprocessing preprocessing) throws TrialException {
    InputRows rows = new InputRows(decoder, preprocessing);
    List<RowWriter> pictures = new ArrayList<>();
    for (Path file : files()) {
      try {
        pictures.add(rows.encoded(ByteBuffer.wrap(Files.readAllBytes(file))));
      } catch (IOException | PictureException e) {
        throw new TrialException("parity-pictures, " + file, e.getMessage(), "a picture");
      }
    }
    return pictures;
  }

  private List<Path> files() throws TrialException {
    String rule = "a picture, or a folder with JPEG, PNG, GIF or BMP files below it";
    try {
      List<Path> files = SamplePictures.of(List.of(named)).files();
      if (files.isEmpty()) {
        throw new TrialException("parity-pictures", "none in " + named, rule);
      }
      return files.subList(0, Math.min(LIMIT, files.size()));
    } catch (IOException e) {
      throw new TrialException(
          "parity-pictures", named + ", " + e.getClass().getSimpleName(), rule);
    }
  }
}
