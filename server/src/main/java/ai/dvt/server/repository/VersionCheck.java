package ai.dvt.server.repository;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.npy.NpyType;
import ai.dvt.cascade.wire.Manifests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Checks one version folder against its manifest. */
final class VersionCheck {
  private static final String MANIFEST = "manifest.json";
  private static final int MAX_TEXT_BYTES = 16 << 20;

  private final VersionFiles files;
  private final CascadeManifest manifest;
  private final Problems problems;

  private VersionCheck(VersionFiles files, CascadeManifest manifest, Problems problems) {
    this.files = files;
    this.manifest = manifest;
    this.problems = problems;
  }

  /**
   * @param realRoot the repository, without links
   * @param name the model folder's name
   * @param target where to copy what is checked, so that the copy is what was checked; empty: the
   *     files are checked where they lie
   * @return the version; empty if it has problems, all of which were added
   */
  static Optional<ModelVersion> of(
      Path realRoot, String name, Path version, Optional<Path> target, Problems problems) {
    Path folder;
    try {
      folder = version.toRealPath();
    } catch (IOException e) {
      problems.add("version folder", "unreadable, " + e.getMessage(), "a readable folder");
      return Optional.empty();
    }
    if (!folder.startsWith(realRoot)) {
      problems.add("version folder", folder, "inside the repository, also by links");
      return Optional.empty();
    }
    VersionFiles files = new VersionFiles(folder, target);
    Optional<CascadeManifest> manifest = manifest(files, name, problems);
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    VersionCheck check = new VersionCheck(files, manifest.get(), problems);
    check.stages();
    manifest.get().selfTest().ifPresent(check::selfTest);
    manifest.get().variants().forEach(variant -> variant.selfTest().ifPresent(check::selfTest));
    List<String> labels = check.labels();
    OperatingPoints points = OperatingPoints.read(files, manifest.get(), problems);
    if (!problems.none()) {
      return Optional.empty();
    }
    return Optional.of(
        new ModelVersion(
            name,
            version.getFileName().toString(),
            folder,
            manifest.get(),
            labels,
            points.calibrations(),
            points.byName(),
            points.defaultPolicy()));
  }

  private static Optional<CascadeManifest> manifest(
      VersionFiles files, String name, Problems problems) {
    Optional<String> json = files.text(MANIFEST, MAX_TEXT_BYTES, problems);
    if (json.isEmpty()) {
      return Optional.empty();
    }
    try {
      CascadeManifest manifest = Manifests.fromJson(json.get());
      if (!manifest.model().equals(name)) {
        problems.add(
            MANIFEST + ": model", '"' + manifest.model() + '"', '"' + name + "\", as its folder");
      }
      return Optional.of(manifest);
    } catch (IllegalArgumentException e) {
      problems.add(MANIFEST + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private void stages() {
    int exits = manifest.variants().get(0).stages().size();
    for (VariantSpec variant : manifest.variants()) {
      if (variant.stages().size() != exits) {
        problems.add(
            MANIFEST + ": stages of variant " + variant.name(),
            variant.stages().size(),
            exits + ", as in variant " + manifest.variants().get(0).name());
      }
      for (StageSpec stage : variant.stages()) {
        files.find(stage.graph(), problems);
        stage.data().forEach(data -> files.find(data, problems));
      }
    }
  }

  private void selfTest(SelfTestSpec test) {
    List<Long> input =
        List.of(
            3L, (long) manifest.preprocessing().height(), (long) manifest.preprocessing().width());
    Optional<List<Long>> pictures = shape(test.input());
    pictures.ifPresent(
        shape -> {
          if (shape.size() != 4 || shape.get(0) < 1 || !shape.subList(1, 4).equals(input)) {
            problems.add(
                test.input().path() + ": shape",
                shape,
                "[pictures >= 1, 3, height, width] with " + input);
          }
        });
    for (FileSpec file : test.logits()) {
      shape(file)
          .ifPresent(
              shape -> {
                Long count = pictures.filter(p -> !p.isEmpty()).map(p -> p.get(0)).orElse(null);
                boolean fits =
                    shape.size() == 2
                        && shape.get(1) == manifest.classes()
                        && (count == null || shape.get(0).equals(count));
                if (!fits) {
                  problems.add(
                      file.path() + ": shape",
                      shape,
                      "[%s, %d], pictures of the self-test and classes"
                          .formatted(count == null ? "pictures" : count, manifest.classes()));
                }
              });
    }
  }

  private Optional<List<Long>> shape(FileSpec file) {
    Optional<Path> found = files.find(file, problems);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try {
      NpyArray array = NpyFile.read(found.get());
      if (array.type() != NpyType.FLOAT32) {
        problems.add(file.path(), "type " + array.type().descr(), NpyType.FLOAT32.descr());
        return Optional.empty();
      }
      return Optional.of(array.shape().stream().map(Integer::longValue).toList());
    } catch (IOException e) {
      problems.add(file.path() + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  private List<String> labels() {
    if (manifest.labels().isEmpty()) {
      return IntStream.range(0, manifest.classes()).mapToObj(String::valueOf).toList();
    }
    FileSpec file = manifest.labels().get();
    if (files.find(file, problems).isEmpty()) {
      return List.of();
    }
    List<String> labels =
        files
            .text(file.path(), MAX_TEXT_BYTES, problems)
            .map(text -> text.lines().map(String::strip).toList())
            .orElse(List.of());
    if (labels.size() != manifest.classes()) {
      problems.add(
          file.path(), labels.size() + " labels", manifest.classes() + ", one line a class");
    }
    int blank = labels.indexOf("");
    if (blank >= 0) {
      problems.add(file.path(), "line " + (blank + 1) + " is blank", "one label a line");
    }
    return labels;
  }
}
