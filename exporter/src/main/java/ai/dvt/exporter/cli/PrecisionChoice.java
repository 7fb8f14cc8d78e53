package ai.dvt.exporter.cli;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.SelfTestSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.npy.NpyArray;
import ai.dvt.cascade.npy.NpyFile;
import ai.dvt.exporter.verify.CascadeSessions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** In which arithmetic the graphs compute. */
final class PrecisionChoice {
  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      converter = Names.class,
      description =
          "Of the arithmetic: float32 (default); float16 (fp16) but for norms, softmax and the"
              + " front, for GPUs; int8 for the layers' products with matrices, a scale a token and"
              + " a channel, for CPUs.")
  Precision precision = Precision.FLOAT32;

  /** The flavours that it is meant for. */
  List<Flavour> flavours() {
    return switch (precision) {
      case FLOAT32 -> List.of(Flavour.PORTABLE, Flavour.CPU);
      case FLOAT16 -> List.of(Flavour.PORTABLE);
      case INT8 -> List.of(Flavour.CPU);
    };
  }

  /** Prints how far a rounded model's answers to the self-test are from those of float32. */
  void report(Path folder, CascadeManifest manifest, PrintWriter out) throws IOException {
    if (precision == Precision.FLOAT32) {
      return;
    }
    for (VariantSpec variant : manifest.variants()) {
      SelfTestSpec test = manifest.selfTestOf(variant).orElseThrow();
      List<NpyArray> expected = new ArrayList<>();
      for (FileSpec file : test.logits()) {
        expected.add(NpyFile.read(folder.resolve(file.path())));
      }
      NpyArray input = NpyFile.read(folder.resolve(test.input().path()));
      out.println(variant.name() + " against float32, on the pictures of the self-test:");
      ParityTable.print(expected, CascadeSessions.logits(folder, variant, input), out);
    }
  }

  /** Names as people write them. */
  static final class Names implements ITypeConverter<Precision> {
    @Override
    public Precision convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "float32", "fp32" -> Precision.FLOAT32;
        case "float16", "fp16" -> Precision.FLOAT16;
        case "int8" -> Precision.INT8;
        default ->
            throw new TypeConversionException(text + " (expected: float32, float16 or int8)");
      };
    }
  }
}
