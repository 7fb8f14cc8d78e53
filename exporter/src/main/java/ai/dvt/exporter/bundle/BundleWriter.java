package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.exporter.architecture.CascadeGraphs;
import java.io.IOException;
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
    SelfTests selfTests = SelfTests.begin(reference, folder, options.preprocessing(), variants);
    List<SelfTestSpec> tests =
        options.precision() == Precision.FLOAT32
            ? selfTests.of(settings, variants)
            : selfTests.againstFloat32(settings, variants);
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

  /** Variants of later settings get the self-test of their own. */
  private static List<VariantSpec> tested(
      List<VariantSpec> variants, List<CascadeSetting> settings, List<SelfTestSpec> tests) {
    List<VariantSpec> tested = new ArrayList<>(settings.get(0).of(variants));
    for (int i = 1; i < settings.size(); i++) {
      for (VariantSpec v : settings.get(i).of(variants)) {
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
}
