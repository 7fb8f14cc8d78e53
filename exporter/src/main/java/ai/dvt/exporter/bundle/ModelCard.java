package ai.dvt.exporter.bundle;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The model card: what a person should know before using the model. Markdown. */
final class ModelCard {
  private static final int POINTS_SHOWN = 12;

  private ModelCard() {}

  static String of(
      CascadeManifest manifest, Map<String, Calibration> calibrations, BundleOptions options) {
    StringBuilder card = new StringBuilder();
    VariantSpec variant = manifest.variants().get(0);
    card.append("# ").append(manifest.model()).append("\n\n");
    card.append(what(manifest, variant)).append("\n\n");
    options.card().ifPresent(text -> card.append(text.strip()).append("\n\n"));
    card.append("## Exits\n\n");
    card.append("| exit | grid | GFLOPs to reach it | takes from the exit before |\n");
    card.append("|---|---|---|---|\n");
    for (int i = 0; i < variant.stages().size(); i++) {
      StageSpec stage = variant.stages().get(i);
      String reuse =
          String.join(
              ", ", stage.handover().stream().map(h -> h.output() + " " + h.shape()).toList());
      card.append(
          String.format(
              Locale.ROOT,
              "| %d | %dx%d | %.4g | %s |%n",
              i + 1,
              stage.gridRows(),
              stage.gridColumns(),
              stage.gflops(),
              reuse.isEmpty() ? "nothing" : reuse));
    }
    card.append("\nOne FLOP is one multiply-add, counted by fvcore's rules from the architecture.");
    if (variant.stages().stream().anyMatch(stage -> stage.costOutput().isPresent())) {
      card.append(
          " Here pictures decide how many tokens go on: the number is the most that can be, and the"
              + " graph's output `gflops` tells what each picture cost (`bin/dvt measure-cost`).");
    }
    card.append("\n\n");
    settings(manifest, card);
    points(calibrations, card);
    card.append("## Input\n\n").append(input(manifest.preprocessing())).append("\n\n");
    card.append("## Files\n\n").append(files(manifest, options)).append("\n\n");
    card.append("## Where it comes from\n\n").append(provenance(options)).append("\n");
    return card.toString();
  }

  private static String what(CascadeManifest manifest, VariantSpec variant) {
    int exits = variant.stages().size();
    return (exits == 1
                ? "A vision transformer (`%s`) with one exit"
                : "A Dynamic Vision Transformer (`%s`): a cascade of " + exits + " exits")
            .formatted(manifest.architecture())
        + " that tells "
        + manifest.classes()
        + " classes apart."
        + (exits == 1
            ? ""
            : " A picture leaves at the first exit that is confident enough;"
                + " later exits cut it into more tokens.");
  }

  private static void settings(CascadeManifest manifest, StringBuilder card) {
    if (manifest.settings().size() == 1) {
      return;
    }
    card.append("## Settings\n\nOne set of weights, exported in several ways; the first is the one")
        .append(
            " for requests that name none.\n\n| setting | GFLOPs to reach each exit |\n|---|---|\n");
    for (String setting : manifest.settings()) {
      List<StageSpec> stages =
          manifest.variants().stream()
              .filter(v -> v.setting().orElse("").equals(setting))
              .findFirst()
              .orElseThrow()
              .stages();
      card.append("| ").append(setting).append(" | ");
      card.append(
          String.join(
              ", ",
              stages.stream().map(s -> String.format(Locale.ROOT, "%.4g", s.gflops())).toList()));
      card.append(" |\n");
    }
    card.append('\n');
  }

  private static void points(Map<String, Calibration> calibrations, StringBuilder card) {
    if (calibrations.isEmpty()) {
      return;
    }
    card.append("## Operating points\n\n");
    for (var entry : new TreeMap<>(calibrations).entrySet()) {
      Calibration calibration = entry.getValue();
      card.append("`calibrations/").append(entry.getKey()).append(".json`: ");
      card.append(calibration.data()).append("\n\n");
      card.append(
          "| name | thresholds | expected accuracy | GFLOPs an image |\n|---|---|---|---|\n");
      int size = calibration.points().size();
      int step = Math.max(1, (size + POINTS_SHOWN - 1) / POINTS_SHOWN);
      for (int i = 0; i < size; i += step) {
        card.append(row(calibration.points().get(i)));
      }
      if (step > 1) {
        card.append("\nEvery ").append(step).append("th of ").append(size).append(" points.\n");
      }
      calibration
          .defaultPoint()
          .ifPresent(name -> card.append("\nWithout a policy: `").append(name).append("`.\n"));
      card.append('\n');
    }
  }

  private static String row(OperatingPoint point) {
    return String.format(
        Locale.ROOT,
        "| %s | `%s` | %s | %s |%n",
        point.name(),
        point.thresholds(),
        point.expectedAccuracy().isPresent()
            ? String.format(Locale.ROOT, "%.2f %%", 100 * point.expectedAccuracy().getAsDouble())
            : "not measured",
        point.expectedGflops().isPresent()
            ? String.format(Locale.ROOT, "%.4g", point.expectedGflops().getAsDouble())
            : "not measured");
  }

  private static String input(Preprocessing pre) {
    String size = pre.height() + "x" + pre.width();
    String resize =
        switch (pre.resize()) {
          case SHORTER_SIDE ->
              "resized (antialiased bicubic) until the shorter side has "
                  + pre.resizeSide()
                  + " pixels, then "
                  + size
                  + " cut from the centre";
          case STRETCH -> "resized (antialiased bicubic) to " + size + ", whatever its shape";
          case NONE -> "taken as they are: only " + size + " fits";
        };
    return "RGB pictures, "
        + resize
        + "; values in [0, 1], minus the mean "
        + pre.mean()
        + ", divided by "
        + pre.std()
        + ".";
  }

  private static String files(CascadeManifest manifest, BundleOptions options) {
    StringBuilder text = new StringBuilder();
    for (VariantSpec variant : manifest.variants()) {
      text.append("- `stage-*.").append(variant.name()).append(".onnx`: ");
      text.append(
          switch (variant.flavour()) {
            case PORTABLE -> "standard operators (opset 17), for any runtime";
            case CPU -> "the same model with ONNX Runtime's own CPU operators";
          });
      text.append(
          switch (variant.precision()) {
            case FLOAT32 -> ".\n";
            case FLOAT16 -> "; float16 but for norms, softmax and the front.\n";
            case INT8 -> "; the layers' products as int8, the rest float32.\n";
          });
    }
    text.append("- `weights.bin`: the weights of all of them, ");
    text.append(
        switch (options.storage()) {
          case FLOAT32 -> "as the graphs compute with them.\n";
          case FLOAT16 -> "matrices rounded to float16, widened when they are loaded.\n";
          case INT8 -> "matrices as int8 with a scale a channel, widened when they are loaded.\n";
        });
    text.append("- `self-test/`: synthetic pictures (")
        .append(SelfTestPictures.count(options.preprocessing()))
        .append(") and the logits every exit must give for them, to ");
    text.append(
        String.format(
            Locale.ROOT,
            manifest.variants().get(0).precision() == Precision.FLOAT32
                ? "%.2g: room for another order of float32 sums, far below any real mistake."
                : "%.2g; those logits are float32's, and the room is twice the largest error seen.",
            manifest.selfTest().orElseThrow().tolerance()));
    return text.toString();
  }

  private static String provenance(BundleOptions options) {
    return "Checkpoint `"
        + options.provenance().checkpointFile()
        + "`, sha256 `"
        + options.provenance().checkpointSha256()
        + "`, exported by dvt "
        + options.provenance().exporterVersion()
        + ":\n\n```\nbin/dvt export "
        + String.join(" ", options.provenance().arguments())
        + "\n```";
  }
}
