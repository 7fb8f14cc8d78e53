package ai.dvt.client.load.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.client.call.Picture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureSourceTest {
  private static final Preprocessing CROPPED =
      new Preprocessing(
          8,
          8,
          Preprocessing.Resize.SHORTER_SIDE,
          10,
          List.of(0.5f, 0.5f, 0.5f),
          List.of(0.5f, 0.25f, 0.5f));
  private static final List<String> LABELS = List.of("cat", "dog");
  @TempDir private Path folder;

  private static byte[] png(Color colour, int width, int height) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(colour);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(image, "png", file);
    return file.toByteArray();
  }

  private void write(String name, byte[] file) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    Files.write(path, file);
  }

  private static List<String> truths(PictureSource source, List<String> labels) throws IOException {
    return source.pictures(CROPPED, labels, PictureForm.JPEG).stream()
        .map(picture -> picture.truth().orElse("?"))
        .sorted()
        .toList();
  }

  @Test
  void folders_are_true_labels_where_the_model_knows_them() throws IOException {
    write("data/cat/1.png", png(Color.RED, 4, 4));
    write("data/cat/2.png", png(Color.GREEN, 4, 4));
    write("data/dog/1.PNG", png(Color.BLUE, 4, 4));
    write("data/wolf/1.png", png(Color.BLACK, 4, 4));
    write("data/cat/notes.txt", new byte[] {1});
    write("data/cat/.hidden.png", new byte[] {1});
    PictureSource all = PictureSource.read(folder.resolve("data"), 100, 1);
    assertThat(truths(all, LABELS)).containsExactly("?", "cat", "cat", "dog");
    assertThat(truths(all, List.of())).containsExactly("?", "?", "?", "?");
    assertThat(truths(PictureSource.read(folder.resolve("data"), 2, 1), LABELS))
        .containsExactly("cat", "dog");
    assertThat(truths(PictureSource.read(folder.resolve("data/cat"), 9, 1), LABELS))
        .containsExactly("cat", "cat");
  }

  @Test
  void a_tar_reads_like_a_folder_packed_or_not() throws IOException {
    for (boolean packed : new boolean[] {false, true}) {
      Path file = folder.resolve("data.tar");
      try (OutputStream out = Files.newOutputStream(file);
          OutputStream raw = packed ? new GZIPOutputStream(out) : out;
          TarArchiveOutputStream tar = new TarArchiveOutputStream(raw)) {
        for (String name : List.of("top/cat/1.png", "top/dog/2.png", "top/README")) {
          byte[] picture = png(Color.RED, 4, 4);
          TarArchiveEntry entry = new TarArchiveEntry(name);
          entry.setSize(picture.length);
          tar.putArchiveEntry(entry);
          tar.write(picture);
          tar.closeArchiveEntry();
        }
      }
      assertThat(truths(PictureSource.read(file, 100, 1), LABELS)).containsExactly("cat", "dog");
    }
  }

  @Test
  void pixels_have_the_size_to_which_the_server_resizes_and_tensors_that_of_the_model()
      throws IOException {
    write("data/cat/1.png", png(new Color(255, 51, 0), 40, 20));
    PictureSource source = PictureSource.read(folder.resolve("data"), 1, 1);
    Picture.Pixels pixels =
        (Picture.Pixels) source.pictures(CROPPED, LABELS, PictureForm.UINT8).get(0).picture();
    assertThat(pixels.height()).isEqualTo(10);
    assertThat(pixels.width()).isEqualTo(20);
    assertThat(pixels.rgb()).startsWith(255, 51, 0);
    Picture.Normalised tensor =
        (Picture.Normalised) source.pictures(CROPPED, LABELS, PictureForm.FLOAT32).get(0).picture();
    assertThat(tensor.height()).isEqualTo(8);
    assertThat(tensor.values()[0]).isEqualTo(1f);
    assertThat(tensor.values()[64]).isEqualTo((0.2f - 0.5f) / 0.25f);
    assertThat(tensor.values()[128]).isEqualTo(-1f);
  }

  @Test
  void seeded_pictures_are_the_same_again_and_without_labels() throws IOException {
    for (PictureForm form : PictureForm.values()) {
      List<LoadPicture> first = PictureSource.synthetic(2, 5).pictures(CROPPED, LABELS, form);
      List<LoadPicture> again = PictureSource.synthetic(2, 5).pictures(CROPPED, LABELS, form);
      assertThat(first).hasSize(2).allMatch(picture -> picture.truth().isEmpty());
      assertThat(first.get(0)).usingRecursiveComparison().isEqualTo(again.get(0));
      assertThat(first.get(0)).usingRecursiveComparison().isNotEqualTo(first.get(1));
    }
  }

  @Test
  void seeded_files_have_the_size_of_a_photograph_unless_the_model_resizes_nothing()
      throws IOException {
    Preprocessing fixed =
        new Preprocessing(8, 8, Preprocessing.Resize.NONE, 0, CROPPED.mean(), CROPPED.std());
    assertThat(size(CROPPED)).containsExactly(500, 375);
    assertThat(size(fixed)).containsExactly(8, 8);
  }

  private static int[] size(Preprocessing input) throws IOException {
    Picture made =
        PictureSource.synthetic(1, 1).pictures(input, LABELS, PictureForm.JPEG).get(0).picture();
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(((Picture.Encoded) made).file()));
    return new int[] {image.getWidth(), image.getHeight()};
  }

  @Test
  void sources_without_pictures_are_refused() throws IOException {
    write("empty/notes.txt", new byte[] {1});
    write("broken.tar", new byte[] {1, 2, 3});
    write("bad/cat/1.png", new byte[] {1, 2, 3});
    assertThatThrownBy(() -> PictureSource.read(folder.resolve("empty"), 1, 1))
        .hasMessageContaining("empty: no picture in it (expected: ");
    assertThatThrownBy(() -> PictureSource.read(folder.resolve("broken.tar"), 1, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("broken.tar: ");
    assertThatThrownBy(() -> PictureSource.read(folder.resolve("none"), 1, 1))
        .isInstanceOf(IOException.class);
    PictureSource bad = PictureSource.read(folder.resolve("bad"), 1, 1);
    assertThatThrownBy(() -> bad.pictures(CROPPED, LABELS, PictureForm.UINT8))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("(expected: ");
  }
}
