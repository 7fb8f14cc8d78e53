package ai.dvt.server.evaluation.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledPicturesTest {
  private static final List<String> CLASSES = List.of("dog", "cat");

  @TempDir Path folder;

  private void file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
  }

  private void dogsAndCats() throws IOException {
    file("NOTICE");
    file("test/cat/1.jpg");
    file("test/cat/2.jpg");
    file("test/cat/.hidden");
    file("test/dog/1.jpg");
  }

  private Path tar(boolean gzip) throws IOException {
    Path tar = folder.resolveSibling(folder.getFileName() + (gzip ? ".tar.gz" : ".tar"));
    try (OutputStream out = Files.newOutputStream(tar);
        TarArchiveOutputStream packed =
            new TarArchiveOutputStream(gzip ? new GZIPOutputStream(out) : out);
        var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = "./" + folder.relativize(file);
        TarArchiveEntry entry = new TarArchiveEntry(file.toFile(), name);
        packed.putArchiveEntry(entry);
        Files.copy(file, packed);
        packed.closeArchiveEntry();
      }
    }
    return tar;
  }

  private static Map<String, Integer> read(LabelledPictures data) throws Exception {
    Map<String, Integer> labels = new TreeMap<>();
    data.visit(
        picture -> {
          assertThat(new String(picture.file(), java.nio.charset.StandardCharsets.UTF_8))
              .isEqualTo(picture.name().replaceFirst("^\\./", ""));
          labels.put(picture.name().replaceFirst("^\\./", ""), picture.label());
          return true;
        });
    return labels;
  }

  private LabelledPictures open(Path source, List<String> classes, ClassOrder order)
      throws Exception {
    return LabelledPictures.open(List.of(source), Optional.empty(), classes, order);
  }

  @Test
  void a_folder_a_tar_and_a_tar_gz_give_the_same_pictures() throws Exception {
    dogsAndCats();
    for (Path source : List.of(folder, tar(false), tar(true))) {
      LabelledPictures data = open(source, CLASSES, ClassOrder.NAMES);
      assertThat(data.size()).isEqualTo(3);
      assertThat(read(data))
          .containsExactlyEntriesOf(
              new TreeMap<>(Map.of("test/cat/1.jpg", 1, "test/cat/2.jpg", 1, "test/dog/1.jpg", 0)));
      if (!source.equals(folder)) {
        Files.delete(source);
      }
    }
  }

  @Test
  void folders_may_be_classes_in_alphabetical_order() throws Exception {
    dogsAndCats();
    assertThat(read(open(folder, List.of("a", "b"), ClassOrder.SORTED)))
        .containsEntry("test/cat/1.jpg", 0)
        .containsEntry("test/dog/1.jpg", 1);
    assertThatThrownBy(() -> open(folder, List.of("a", "b", "c"), ClassOrder.SORTED))
        .isInstanceOf(EvaluationException.class)
        .hasMessage("class folders: 2 with pictures (expected: 3, one a class of the model)");
  }

  @Test
  void folders_that_are_no_labels_are_named() throws Exception {
    dogsAndCats();
    assertThatThrownBy(() -> open(folder, List.of("dog", "cow"), ClassOrder.NAMES))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith("class folders: cat of 2 are no labels of the model (expected: ")
        .hasMessageContaining("dog, cow");
  }

  @Test
  void a_class_without_pictures_is_named() throws Exception {
    dogsAndCats();
    Files.createDirectories(folder.resolve("test/cow"));
    assertThatThrownBy(() -> open(folder, List.of("dog", "cat", "cow"), ClassOrder.NAMES))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith("class folders: no pictures of cow (expected: ");
  }

  @Test
  void labels_without_a_folder_are_told_and_no_error() throws Exception {
    dogsAndCats();
    LabelledPictures sample = open(folder, List.of("dog", "cow", "cat", "hen"), ClassOrder.NAMES);
    assertThat(sample.missing()).containsExactly("cow", "hen");
    assertThat(sample.note()).contains("2 of the model's 4 labels have no pictures: cow, hen");
    assertThat(read(sample)).containsEntry("test/cat/1.jpg", 2);
    assertThat(open(folder, CLASSES, ClassOrder.NAMES).note()).isEmpty();
  }

  @Test
  void an_empty_folder_beside_class_folders_is_named_too() throws Exception {
    dogsAndCats();
    Files.createDirectories(folder.resolve("notes/old"));
    Files.createDirectories(folder.resolve("test/.cache"));
    assertThat(open(folder, CLASSES, ClassOrder.NAMES).size()).isEqualTo(3);
    Files.createDirectories(folder.resolve("test/hen"));
    assertThatThrownBy(() -> open(folder, CLASSES, ClassOrder.NAMES))
        .hasMessageStartingWith("class folders: no pictures of hen (expected: at least one");
  }

  @Test
  void a_list_chooses_pictures_wherever_they_lie() throws Exception {
    dogsAndCats();
    file("train/cat/9.jpg");
    Path list = folder.resolve("list.txt");
    Files.writeString(list, "# chosen\ntest/cat/2.jpg\n\ndog/1.jpg\n");
    LabelledPictures data =
        LabelledPictures.open(List.of(folder), Optional.of(list), CLASSES, ClassOrder.NAMES);
    assertThat(read(data)).containsOnlyKeys("test/cat/2.jpg", "test/dog/1.jpg");
    Files.writeString(list, "test/cat/2.jpg\ndog/7.jpg\n");
    assertThatThrownBy(
            () ->
                LabelledPictures.open(
                    List.of(folder), Optional.of(list), CLASSES, ClassOrder.NAMES))
        .hasMessageContaining("1 names that are not in the data, first dog/7.jpg");
  }

  @Test
  void two_top_folders_are_not_mixed() throws Exception {
    dogsAndCats();
    file("train/cat/9.jpg");
    assertThatThrownBy(() -> open(folder, CLASSES, ClassOrder.NAMES))
        .hasMessage(
            "--data: class folders under [test/, train/]"
                + " (expected: under one folder; --list chooses pictures)");
  }

  @Test
  void a_file_that_is_no_tar_is_refused() throws Exception {
    Path file = folder.resolve("x.tar");
    Files.write(file, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> open(file, CLASSES, ClassOrder.NAMES))
        .isInstanceOf(EvaluationException.class)
        .hasMessageContaining("(expected: a folder, a tar or a tar.gz of class folders)");
    assertThatThrownBy(() -> open(folder.resolve("none"), CLASSES, ClassOrder.NAMES))
        .hasMessageContaining("that exists");
  }
}
