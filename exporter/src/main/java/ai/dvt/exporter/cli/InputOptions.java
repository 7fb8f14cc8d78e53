package ai.dvt.exporter.cli;

import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.Preprocessing.Resize;
import ai.dvt.exporter.bundle.BundleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is done to a picture, and what the classes are called. */
final class InputOptions {
  private static final Map<String, List<Float>> MEANS =
      Map.of(
          "imagenet", List.of(0.485f, 0.456f, 0.406f),
          "cifar10", List.of(0.4914f, 0.4822f, 0.4465f),
          "half", List.of(0.5f, 0.5f, 0.5f));
  private static final Map<String, List<Float>> STDS =
      Map.of(
          "imagenet", List.of(0.229f, 0.224f, 0.225f),
          "cifar10", List.of(0.2470f, 0.2435f, 0.2616f),
          "half", List.of(0.5f, 0.5f, 0.5f));
  private static final int MAX_LABEL_BYTES = 16 << 20;

  @Option(
      names = "--resize",
      paramLabel = "SIDE|stretch|none",
      description =
          "SIDE: the shorter side to this many pixels, then a centre crop (bicubic, as Pillow and"
              + " torchvision do); stretch: to the input size, whatever the shape; none: only"
              + " pictures of the input size. Default: size / 0.875, so 256 for 224.")
  String resize;

  @Option(
      names = "--crop",
      paramLabel = "PIXELS",
      description = "Side of the centre crop; must be the image size, which is the default.")
  Integer crop;

  @Option(
      names = "--mean",
      paramLabel = "NAME|R,G,B",
      description = "imagenet (default), cifar10, half, or three numbers for values in [0, 1].")
  String mean = "imagenet";

  @Option(
      names = "--std",
      paramLabel = "NAME|R,G,B",
      description = "As --mean. Default: that of the name given there, else imagenet.")
  String std;

  @Option(
      names = "--labels",
      paramLabel = "FILE|A,B,...",
      description =
          "A file with one label a line, or the labels themselves, in class order. Default: the"
              + " numbers of the classes.")
  String labels;

  Preprocessing preprocessing(int imageSize) {
    if (crop != null && crop != imageSize) {
      throw new BundleException("--crop", crop, imageSize + ", the image size");
    }
    String fallback = MEANS.containsKey(mean) ? mean : "imagenet";
    List<Float> means = triple("--mean", mean, MEANS);
    List<Float> stds = triple("--std", std == null ? fallback : std, STDS);
    if ("stretch".equals(resize)) {
      return new Preprocessing(imageSize, imageSize, Resize.STRETCH, 0, means, stds);
    }
    if ("none".equals(resize)) {
      return new Preprocessing(imageSize, imageSize, Resize.NONE, 0, means, stds);
    }
    return new Preprocessing(
        imageSize, imageSize, Resize.SHORTER_SIDE, side(imageSize), means, stds);
  }

  private int side(int imageSize) {
    if (resize == null) {
      return (int) (imageSize / 0.875);
    }
    try {
      return Integer.parseInt(resize);
    } catch (NumberFormatException e) {
      throw new BundleException(
          "--resize", '"' + resize + '"', "a number of pixels, stretch or none");
    }
  }

  private static List<Float> triple(String option, String text, Map<String, List<Float>> names) {
    if (names.containsKey(text)) {
      return names.get(text);
    }
    List<Float> values = new ArrayList<>();
    try {
      for (String item : text.split(",", -1)) {
        values.add(Float.parseFloat(item.strip()));
      }
    } catch (NumberFormatException e) {
      values.clear();
    }
    if (values.size() != 3) {
      throw new BundleException(
          option, '"' + text + '"', "imagenet, cifar10, half or three numbers R,G,B");
    }
    return values;
  }

  Optional<List<String>> labels() throws IOException {
    if (labels == null) {
      return Optional.empty();
    }
    Path file = Path.of(labels);
    if (!Files.exists(file)) {
      if (labels.indexOf(',') < 0) {
        throw new BundleException("--labels", labels, "a file, or labels separated by ','");
      }
      return Optional.of(List.of(labels.split(",", -1)).stream().map(String::strip).toList());
    }
    if (!Files.isRegularFile(file) || Files.size(file) > MAX_LABEL_BYTES) {
      throw new BundleException(
          "--labels", labels, "a file of at most " + MAX_LABEL_BYTES + " bytes");
    }
    return Optional.of(Files.readAllLines(file).stream().map(String::strip).toList());
  }
}
