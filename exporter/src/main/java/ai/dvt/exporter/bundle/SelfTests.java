package ai.dvt.exporter.bundle;

import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.exporter.onnx.WeightStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes the pictures and logits by which a server checks a model, always those of float32. */
final class SelfTests {
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
  private final VersionFolder folder;
  private final NpyArray input;
  private final FileSpec inputFile;

  private SelfTests(
      ReferenceRun reference, VersionFolder folder, NpyArray input, FileSpec inputFile) {
    this.reference = reference;
    this.folder = folder;
    this.input = input;
    this.inputFile = inputFile;
  }

  /**
   * Writes the pictures into the folder.
   *
   * @param variants whose graphs stand there
   */
  static SelfTests begin(
      ReferenceRun reference,
      VersionFolder folder,
      Preprocessing preprocessing,
      List<VariantSpec> variants)
      throws IOException {
    NpyArray input =
        variants.stream().anyMatch(SettledPictures::dropsTokens)
            ? SettledPictures.choose(reference, folder.path(), preprocessing, variants)
            : SelfTestPictures.input(preprocessing);
    return new SelfTests(reference, folder, input, write(folder, SELF_TEST + "input.npy", input));
  }

  /** One for each setting, by its own float32 graphs, which stand in the folder. */
  List<SelfTestSpec> of(List<CascadeSetting> settings, List<VariantSpec> variants)
      throws IOException {
    return of(folder, settings, variants);
  }

  /**
   * One for each setting of another precision, by float32 graphs that are made beside the folder
   * and removed; the tolerance of each is widened by what its variants need.
   *
   * @throws BundleException if a variant's logits are no numbers
   */
  List<SelfTestSpec> againstFloat32(List<CascadeSetting> settings, List<VariantSpec> variants)
      throws IOException {
    List<SelfTestSpec> tests = new ArrayList<>();
    Path beside = folder.target().resolveSibling("." + folder.target().getFileName() + ".float32");
    try (VersionFolder scratch = VersionFolder.begin(beside, false)) {
      List<VariantSpec> exact =
          StageFiles.write(
              scratch,
              settings,
              List.of(Flavour.PORTABLE),
              Precision.FLOAT32,
              WeightStorage.FLOAT32);
      List<SelfTestSpec> tight = of(scratch, settings, exact);
      for (int i = 0; i < tight.size(); i++) {
        double largest = 0;
        for (VariantSpec variant : settings.get(i).of(variants)) {
          largest = Math.max(largest, error(variant, tight.get(i)));
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

  private double error(VariantSpec variant, SelfTestSpec expected) throws IOException {
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

  private List<SelfTestSpec> of(
      VersionFolder graphs, List<CascadeSetting> settings, List<VariantSpec> variants)
      throws IOException {
    List<SelfTestSpec> tests = new ArrayList<>();
    for (CascadeSetting setting : settings) {
      tests.add(selfTest(graphs, setting.of(variants)));
    }
    return tests;
  }

  private SelfTestSpec selfTest(VersionFolder graphs, List<VariantSpec> variants)
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
