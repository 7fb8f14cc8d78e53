package ai.dvt.architecture.planted.exporter.nn;

import java.nio.file.Path;

public class ReadsFiles {
  Path file;
}
