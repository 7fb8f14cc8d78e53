package ai.dvt.client.load.pictures;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.client.call.Picture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Where pictures come from; gives them in the form that a model is sent. */
public interface PictureSource {
  /**
   * The pictures in a mixed order, the same for every model.
   *
   * @param labels the model's; a folder of another name is no true label
   * @throws IOException if a picture cannot be decoded
   */
  List<LoadPicture> pictures(Preprocessing input, List<String> labels, PictureForm form)
      throws IOException;

  /**
   * The pictures of a folder, a tar or a tar.gz; a picture's folder is its true label.
   *
   * @param limit at most so many, spread over all
   */
  static PictureSource read(Path source, int limit, long seed) throws IOException {
    List<PictureArchive.Entry> all = PictureArchive.read(source);
    List<PictureArchive.Entry> entries = new ArrayList<>();
    int kept = Math.min(limit, all.size());
    for (int i = 0; i < kept; i++) {
      entries.add(all.get((int) ((long) i * all.size() / kept)));
    }
    Collections.shuffle(entries, new Random(seed));
    return (input, labels, form) -> {
      InputGeometry geometry = new InputGeometry(input);
      List<LoadPicture> pictures = new ArrayList<>();
      for (PictureArchive.Entry entry : entries) {
        Picture picture =
            form == PictureForm.JPEG
                ? Picture.encoded(entry.file())
                : geometry.sent(geometry.decoded(entry.file()), form);
        pictures.add(
            new LoadPicture(
                picture, Optional.of(entry.folder()).filter(name -> labels.contains(name))));
      }
      return pictures;
    };
  }

  /** Pictures without meaning, of the model's input geometry, made from a seed. */
  static PictureSource synthetic(int count, long seed) {
    return (input, labels, form) -> {
      InputGeometry geometry = new InputGeometry(input);
      Random random = new Random(seed);
      List<LoadPicture> pictures = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        pictures.add(new LoadPicture(geometry.made(random, form), Optional.empty()));
      }
      return pictures;
    };
  }
}
