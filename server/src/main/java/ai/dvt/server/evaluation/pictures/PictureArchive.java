package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;
import java.io.IOException;
import java.io.InputStream;

/** Files by name, in a folder or a tar file. */
interface PictureArchive {
  /** Gets every file; the content is read only if it is asked for, before the next file. */
  @FunctionalInterface
  interface FileVisitor {
    /**
     * @param name relative, with {@code /}
     * @return whether to go on
     */
    boolean visit(String name, Content content)
        throws IOException, EvaluationException, InterruptedException;

    /** Hears of a folder, empty or not; a tar need not name its folders. */
    default void folder(String name) {}
  }

  /** Opens the content of the current file. */
  @FunctionalInterface
  interface Content {
    InputStream open() throws IOException;
  }

  /** Visits all files, each time in the same order. */
  void visit(FileVisitor visitor) throws IOException, EvaluationException, InterruptedException;
}
