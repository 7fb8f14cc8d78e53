package ai.dvt.server.grpc.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Files that are read again when they change. Of one thread at a time. */
final class WatchedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);

  /** Reads the files and puts them to use. */
  interface Reading {
    void run() throws AccessException;
  }

  private final List<Path> files;
  private final Reading reading;
  private List<String> seen;

  private WatchedFiles(List<Path> files, Reading reading) {
    this.files = files;
    this.reading = reading;
  }

  /**
   * Reads files for the first time.
   *
   * @throws AccessException if they cannot be used
   */
  static WatchedFiles read(List<Path> files, Reading reading) throws AccessException {
    WatchedFiles watched = new WatchedFiles(files, reading);
    watched.seen = watched.stamps();
    reading.run();
    return watched;
  }

  /** Reads them again if they changed; says so if they cannot be used. */
  void look() {
    List<String> now = stamps();
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      reading.run();
      LOG.info("{}: read again", files);
    } catch (AccessException | RuntimeException e) {
      LOG.error("{}; what was read before stays in use", e.getMessage());
    }
  }

  private List<String> stamps() {
    List<String> stamps = new ArrayList<>();
    for (Path file : files) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        stamps.add(found.size() + " " + found.lastModifiedTime() + " " + found.fileKey());
      } catch (IOException e) {
        stamps.add("unreadable");
      }
    }
    return stamps;
  }
}
