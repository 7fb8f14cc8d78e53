package ai.dvt.exporter.bundle;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The project's copies of the golden cases. */
public final class GoldenFiles {
  private GoldenFiles() {}

  /** The folder with {@code index.json}. */
  public static Path folder() {
    return folder("/golden/dvt");
  }

  /** The same for models that drop tokens. */
  public static Path pruning() {
    return folder("/golden/pruning");
  }

  /** The same for cascades whose stages drop tokens, src/test/python/pruned_cascades.py made it. */
  public static Path scatter() {
    return folder("/golden/scatter");
  }

  private static Path folder(String name) {
    try {
      return Path.of(GoldenFiles.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
