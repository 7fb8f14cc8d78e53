package ai.dvt.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What this server was built from. */
public final class BuildCommit {
  private BuildCommit() {}

  /** The commit's id, 40 hex digits; {@code unknown} for a build outside a repository. */
  public static String id() {
    Properties build = new Properties();
    try (InputStream in = BuildCommit.class.getResourceAsStream("build.properties")) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String commit = build.getProperty("commit", "");
    return commit.matches("[0-9a-f]{40}") ? commit : "unknown";
  }
}
