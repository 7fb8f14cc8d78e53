package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files under a folder, by name. */
final class FolderArchive implements PictureArchive {
  private final Path root;

  FolderArchive(Path root) {
    this.root = root;
  }

  @Override
  public void visit(FileVisitor visitor)
      throws IOException, EvaluationException, InterruptedException {
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      entries = walk.sorted().toList();
    }
    for (Path file : entries) {
      String name = root.relativize(file).toString().replace('\\', '/');
      if (Files.isDirectory(file)) {
        visitor.folder(name);
      } else if (Files.isRegularFile(file)
          && !visitor.visit(name, () -> Files.newInputStream(file))) {
        return;
      }
    }
  }
}
