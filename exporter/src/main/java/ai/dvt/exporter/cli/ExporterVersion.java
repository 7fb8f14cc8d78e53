package ai.dvt.exporter.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of the build, as the jar says. */
final class ExporterVersion implements IVersionProvider {
  /** For provenance: never empty. */
  static String text() {
    String version = ExporterVersion.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"dvt " + text()};
  }
}
