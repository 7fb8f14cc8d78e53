package ai.dvt.server.cli;

import ai.dvt.server.evaluation.EvaluationException;
import ai.dvt.server.evaluation.pictures.ClassOrder;
import ai.dvt.server.evaluation.pictures.LabelledPictures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which labelled pictures. */
final class DataOptions {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR|TAR",
      description =
          "Folder, tar or tar.gz of class folders, also under one top folder; several are taken"
              + " together.")
  private List<Path> data;

  @Option(
      names = "--list",
      paramLabel = "FILE",
      description = "Only these pictures: class/file names, one a line.")
  private Path list;

  @Option(
      names = "--class-order",
      paramLabel = "ORDER",
      description =
          "names: a class folder is named as a label (default); sorted: the n-th folder in"
              + " alphabetical order is class n.")
  private ClassOrder order = ClassOrder.NAMES;

  private Optional<String> told = Optional.empty();

  /** Opens the data, and tells of labels without pictures. */
  LabelledPictures open(List<String> labels, PrintWriter err)
      throws EvaluationException, IOException, InterruptedException {
    LabelledPictures pictures =
        LabelledPictures.open(data, Optional.ofNullable(list), labels, order);
    Optional<String> note = pictures.note();
    if (note.isPresent() && !note.equals(told)) {
      err.println("dvt: " + note.get());
      told = note;
    }
    return pictures;
  }

  /** What the data is called: the first source's name without endings. */
  String name() {
    String name = String.valueOf(data.get(0).toAbsolutePath().normalize().getFileName());
    return name.replaceFirst("\\.(tar|tgz|tar\\.gz)$", "").replaceAll("[^A-Za-z0-9._-]", "-");
  }

  /** For people: sources and list by file name. */
  String described() {
    String sources =
        String.join(
            ", ",
            data.stream()
                .map(path -> String.valueOf(path.toAbsolutePath().normalize().getFileName()))
                .toList());
    return list == null ? sources : sources + " (" + list.getFileName() + ")";
  }
}
