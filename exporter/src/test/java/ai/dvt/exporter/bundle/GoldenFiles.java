package ai.dvt.exporter.bundle;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The project's copies of the golden cases. */
public final class GoldenFiles {
  private GoldenFiles() {}

  /** The folder with {@code index.json}. */
  public static Path folder() {
    try {
      return Path.of(GoldenFiles.class.getResource("/golden/dvt").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
