package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.onnx.WeightStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Fills a version folder: everything that a server needs to run and check a cascade. */
public final class BundleWriter {
  private static final String MANIFEST = "manifest.json";
  private static final String LABELS = "labels.txt";
  private static final String CARD = "MODEL_CARD.md";
  private static final String SELF_TEST = "self-test/";

  /**
   * Largest difference of float32 arithmetic done in another order: full-size T2T-ViT differs by
   * 5e-5 between runtimes on pictures with flat areas, and an absent GELU or a swapped epsilon by
   * 5e-2 and more. A factor of twenty to either side.
   */
  private static final double TOLERANCE = 1e-3;

  /** The same for logits so large that their own rounding counts. */
  private static final double RELATIVE_TOLERANCE = 1e-4;

  /**
   * Of the largest error that a rounded variant was seen to have: another machine's float32 sums
   * round to other steps here and there.
   */
  private static final double ROUNDING_ALLOWANCE = 2;

  private final ReferenceRun reference;

  /**
   * @param reference makes the logits of the self-test
   */
  public BundleWriter(ReferenceRun reference) {
    this.reference = reference;
  }

  /**
   * Writes all files, the manifest last.
   *
   * @throws BundleException if the labels do not fit the classes
   * @throws IOException if a file cannot be written or the graphs do not run
   */
  public CascadeManifest write(VersionFolder folder, CascadeGraphs cascade, BundleOptions options)
      throws IOException {
    return write(folder, List.of(new CascadeSetting("", cascade)), options);
  }

  /**
   * Writes one model of several settings, which share the weights.
   *
   * @param settings the first is the one for requests that name none
   * @throws BundleException if the labels do not fit the classes
   * @throws IOException if a file cannot be written or the graphs do not run
   */
  public CascadeManifest write(
      VersionFolder folder, List<CascadeSetting> settings, BundleOptions options)
      throws IOException {
    CascadeGraphs cascade = settings.get(0).graphs();
    Optional<FileSpec> labels = labels(folder, cascade.classes(), options);
    List<VariantSpec> variants =
        StageFiles.write(
            folder, settings, options.flavours(), options.precision(), options.storage());
    NpyArray input = SelfTestPictures.input(options.preprocessing());
    FileSpec inputFile = write(folder, SELF_TEST + "input.npy", input);
    List<SelfTestSpec> tests =
        options.precision() == Precision.FLOAT32
            ? selfTests(folder, folder, settings, variants, input, inputFile)
            : againstFloat32(folder, settings, variants, input, inputFile);
    Map<String, Calibration> calibrations = new TreeMap<>(options.calibrations());
    SettingPoints.of(settings).ifPresent(points -> calibrations.put(SettingPoints.NAME, points));
    for (var calibration : calibrations.entrySet()) {
      folder.write(
          "calibrations/" + calibration.getKey() + ".json",
          Manifests.toJson(calibration.getValue()));
    }
    CascadeManifest manifest =
        new CascadeManifest(
            options.model(),
            cascade.architecture(),
            tested(variants, settings, tests),
            options.preprocessing(),
            cascade.classes(),
            labels,
            Optional.of(tests.get(0)),
            Optional.of(options.provenance()));
    folder.write(CARD, ModelCard.of(manifest, calibrations, options));
    folder.write(MANIFEST, Manifests.toJson(manifest));
    return manifest;
  }

  private static List<VariantSpec> of(CascadeSetting setting, List<VariantSpec> variants) {
    return variants.stream().filter(v -> v.setting().orElse("").equals(setting.name())).toList();
  }

  /** Variants of later settings get the self-test of their own. */
  private static List<VariantSpec> tested(
      List<VariantSpec> variants, List<CascadeSetting> settings, List<SelfTestSpec> tests) {
    List<VariantSpec> tested = new ArrayList<>(of(settings.get(0), variants));
    for (int i = 1; i < settings.size(); i++) {
      for (VariantSpec v : of(settings.get(i), variants)) {
        tested.add(
            new VariantSpec(
                v.name(),
                v.flavour(),
                v.precision(),
                v.providers(),
                v.stages(),
                v.setting(),
                Optional.of(tests.get(i))));
      }
    }
    return tested;
  }

  private static Optional<FileSpec> labels(VersionFolder folder, int classes, BundleOptions options)
      throws IOException {
    if (options.labels().isEmpty()) {
      return Optional.empty();
    }
    List<String> labels = options.labels().get();
    if (labels.size() != classes) {
      throw new BundleException("labels", labels.size() + " labels", classes + ", one a class");
    }
    for (int i = 0; i < labels.size(); i++) {
      if (labels.get(i).isBlank()) {
        throw new BundleException("labels", "label " + (i + 1) + " is blank", "a text");
      }
    }
    return Optional.of(folder.write(LABELS, String.join("\n", labels) + "\n"));
  }

  /** Self-tests by float32 graphs; the tolerance of each is widened by what this variant needs. */
  private List<SelfTestSpec> againstFloat32(
      VersionFolder folder,
      List<CascadeSetting> settings,
      List<VariantSpec> variants,
      NpyArray input,
      FileSpec inputFile)
      throws IOException {
    List<SelfTestSpec> tests = new ArrayList<>();
    Path beside = folder.target().resolveSibling(folder.target().getFileName() + ".float32");
    try (VersionFolder scratch = VersionFolder.begin(beside, false)) {
      List<VariantSpec> exact =
          StageFiles.write(
              scratch,
              settings,
              List.of(Flavour.PORTABLE),
              Precision.FLOAT32,
              WeightStorage.FLOAT32);
      List<SelfTestSpec> tight = selfTests(folder, scratch, settings, exact, input, inputFile);
      for (int i = 0; i < tight.size(); i++) {
        double largest = 0;
        for (VariantSpec variant : of(settings.get(i), variants)) {
          largest = Math.max(largest, error(folder, variant, input, tight.get(i)));
        }
        tests.add(
            new SelfTestSpec(
                inputFile,
                tight.get(i).logits(),
                tight.get(i).tolerance() + ROUNDING_ALLOWANCE * largest));
      }
    }
    return tests;
  }

  private double error(
      VersionFolder folder, VariantSpec variant, NpyArray input, SelfTestSpec expected)
      throws IOException {
    double largest = 0;
    int exit = 0;
    for (NpyArray logits : reference.logits(folder.path(), variant, input)) {
      Path file = folder.path().resolve(expected.logits().get(exit++).path());
      largest = Math.max(largest, LogitsAgreement.of(NpyFile.read(file), logits).largestError());
    }
    if (!Double.isFinite(largest)) {
      throw new BundleException(
          "logits of variant " + variant.name(), largest, "finite: this precision does not fit");
    }
    return largest;
  }

  private List<SelfTestSpec> selfTests(
      VersionFolder folder,
      VersionFolder graphs,
      List<CascadeSetting> settings,
      List<VariantSpec> variants,
      NpyArray input,
      FileSpec inputFile)
      throws IOException {
    List<SelfTestSpec> tests = new ArrayList<>();
    for (CascadeSetting setting : settings) {
      tests.add(selfTest(folder, graphs, of(setting, variants), input, inputFile));
    }
    return tests;
  }

  private SelfTestSpec selfTest(
      VersionFolder folder,
      VersionFolder graphs,
      List<VariantSpec> variants,
      NpyArray input,
      FileSpec inputFile)
      throws IOException {
    VariantSpec variant =
        variants.stream()
            .filter(v -> v.flavour() == Flavour.PORTABLE)
            .findFirst()
            .orElse(variants.get(0));
    String infix = variant.setting().map(setting -> setting + ".").orElse("");
    List<FileSpec> files = new ArrayList<>();
    double largest = 0;
    for (NpyArray logits : reference.logits(graphs.path(), variant, input)) {
      files.add(write(folder, SELF_TEST + infix + "logits-" + (files.size() + 1) + ".npy", logits));
      for (float logit : logits.toFloats()) {
        largest = Float.isFinite(logit) ? Math.max(largest, Math.abs(logit)) : largest;
      }
    }
    return new SelfTestSpec(inputFile, files, Math.max(TOLERANCE, RELATIVE_TOLERANCE * largest));
  }

  private static FileSpec write(VersionFolder folder, String path, NpyArray array)
      throws IOException {
    NpyFile.write(folder.resolve(path), array);
    return folder.describe(path);
  }
}
