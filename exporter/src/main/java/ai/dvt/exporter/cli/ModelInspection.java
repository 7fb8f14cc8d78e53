package ai.dvt.exporter.cli;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.bundle.BundleException;
import ai.dvt.exporter.bundle.VersionFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What an exported model holds, for people, and whether its files are those of its manifest. */
final class ModelInspection {
  private ModelInspection() {}

  /**
   * @return whether every file is as the manifest says
   */
  static boolean print(Path folder, PrintWriter out) throws IOException {
    Path version = version(folder);
    CascadeManifest manifest =
        Manifests.fromJson(Files.readString(version.resolve("manifest.json")));
    out.printf("%s: %s (%s)%n", version, manifest.model(), manifest.architecture());
    out.printf(
        "input        %dx%d, resize %s%s, mean %s, std %s%n",
        manifest.preprocessing().height(),
        manifest.preprocessing().width(),
        manifest.preprocessing().resize().name().toLowerCase(java.util.Locale.ROOT),
        manifest.preprocessing().resizeSide() > 0
            ? " " + manifest.preprocessing().resizeSide()
            : "",
        manifest.preprocessing().mean(),
        manifest.preprocessing().std());
    out.printf(
        "classes      %,d%s%n",
        manifest.classes(), manifest.labels().isPresent() ? ", labelled" : "");
    manifest
        .provenance()
        .ifPresent(
            from ->
                out.printf(
                    "made of      %s (sha256 %s) by dvt %s %s%n",
                    from.checkpointFile(),
                    from.checkpointSha256(),
                    from.exporterVersion(),
                    String.join(" ", from.arguments())));
    for (VariantSpec variant : manifest.variants()) {
      out.printf(
          "variant      %s: %s%s, %s, providers %s%n",
          variant.name(),
          variant.setting().map(setting -> "setting " + setting + ", ").orElse(""),
          variant.flavour(),
          variant.precision(),
          variant.providers().isEmpty() ? "any" : String.join(", ", variant.providers()));
      for (int i = 0; i < variant.stages().size(); i++) {
        StageSpec stage = variant.stages().get(i);
        out.printf(
            "  stage %d    %s, %.4g GFLOPs, %s, takes over %s%n",
            i + 1,
            stage.name(),
            stage.gflops(),
            stage.graph().path(),
            stage.handover().isEmpty()
                ? "nothing"
                : String.join(
                    ", ",
                    stage.handover().stream().map(h -> h.output() + " " + h.shape()).toList()));
      }
    }
    calibrations(version, out);
    return files(version, manifest, out);
  }

  /** The folder itself, or the newest version of a model folder. */
  private static Path version(Path folder) throws IOException {
    if (Files.isRegularFile(folder.resolve("manifest.json"))) {
      return folder;
    }
    Path newest = null;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        boolean candidate =
            Reports.isVersion(entry) && Files.isRegularFile(entry.resolve("manifest.json"));
        if (candidate && (newest == null || number(entry) > number(newest))) {
          newest = entry;
        }
      }
    }
    if (newest == null) {
      throw new BundleException(
          folder.toString(), "no manifest.json", "a version folder, or a model folder with one");
    }
    return newest;
  }

  private static long number(Path version) {
    return Long.parseLong(version.getFileName().toString());
  }

  private static void calibrations(Path version, PrintWriter out) throws IOException {
    Path folder = version.resolve("calibrations");
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.json")) {
      entries.forEach(files::add);
    }
    files.sort(null);
    for (Path file : files) {
      Calibration calibration = Manifests.calibrationFromJson(Files.readString(file));
      out.printf(
          "calibration  %s: %d points, default %s; %s%n",
          file.getFileName(),
          calibration.points().size(),
          calibration.defaultPoint().orElse("none"),
          calibration.data());
    }
  }

  private static boolean files(Path version, CascadeManifest manifest, PrintWriter out)
      throws IOException {
    Set<FileSpec> files = new LinkedHashSet<>();
    manifest
        .variants()
        .forEach(
            variant ->
                variant
                    .stages()
                    .forEach(
                        stage -> {
                          files.add(stage.graph());
                          files.addAll(stage.data());
                        }));
    manifest.labels().ifPresent(files::add);
    Stream.concat(
            manifest.selfTest().stream(),
            manifest.variants().stream().flatMap(variant -> variant.selfTest().stream()))
        .forEach(
            test -> {
              files.add(test.input());
              files.addAll(test.logits());
            });
    boolean sound = true;
    for (FileSpec file : files) {
      String problem = problem(version.resolve(file.path()), file);
      out.printf("%,15d  %s  %s%n", file.bytes(), problem.isEmpty() ? "ok" : problem, file.path());
      sound &= problem.isEmpty();
    }
    return sound;
  }

  private static String problem(Path path, FileSpec file) throws IOException {
    if (!Files.isRegularFile(path)) {
      return "ABSENT";
    }
    if (Files.size(path) != file.bytes()) {
      return "HAS " + Files.size(path) + " BYTES";
    }
    return VersionFolder.sha256(path).equals(file.sha256()) ? "" : "OTHER SHA-256";
  }
}
