package ai.dvt.exporter.bundle;

import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.exporter.architecture.CascadeGraphs;
import ai.dvt.exporter.architecture.StageGraph;
import ai.dvt.exporter.onnx.ModelWriter;
import ai.dvt.exporter.onnx.WeightStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Writes the graphs of every stage, setting and flavour, and the weights that they share. */
public final class StageFiles {
  private StageFiles() {}

  /**
   * Writes a model of one setting; see {@link #write(VersionFolder, List, List, Precision,
   * WeightStorage)}.
   */
  public static List<VariantSpec> write(
      VersionFolder folder, CascadeGraphs cascade, List<Flavour> flavours, WeightStorage storage)
      throws IOException {
    return write(
        folder, List.of(new CascadeSetting("", cascade)), flavours, Precision.FLOAT32, storage);
  }

  /**
   * Writes {@code stage-K-GRID.[SETTING.]FLAVOUR[.PRECISION].onnx} and {@code weights.bin}. Weights
   * are read one tensor at a time.
   *
   * @param settings of as many stages each
   * @param flavours in the order of the variants
   * @return for each setting a variant for each flavour
   */
  public static List<VariantSpec> write(
      VersionFolder folder,
      List<CascadeSetting> settings,
      List<Flavour> flavours,
      Precision precision,
      WeightStorage storage)
      throws IOException {
    List<Unfinished> variants = new ArrayList<>();
    for (CascadeSetting setting : settings) {
      flavours.forEach(flavour -> variants.add(new Unfinished(setting, flavour, precision)));
    }
    FileSpec data;
    try (WeightsFile weights = WeightsFile.create(folder)) {
      ModelWriter writer = ModelWriter.external(storage, weights);
      // Stage by stage, so that a stage's weights lie together.
      int stages = settings.get(0).graphs().stages().size();
      for (int stage = 0; stage < stages; stage++) {
        for (Unfinished variant : variants) {
          variant.write(stage, folder, writer);
        }
      }
      data = weights.describe();
    } catch (UncheckedIOException e) {
      throw new IOException("output: " + e.getMessage(), e);
    }
    return variants.stream().map(variant -> variant.spec(data)).toList();
  }

  /** A variant whose graphs are being written. */
  private record Unfinished(
      CascadeSetting setting, Flavour flavour, Precision precision, List<FileSpec> graphs) {
    Unfinished(CascadeSetting setting, Flavour flavour, Precision precision) {
      this(setting, flavour, precision, new ArrayList<>());
    }

    String name() {
      String text = flavour.name().toLowerCase(Locale.ROOT);
      if (precision != Precision.FLOAT32) {
        text += "." + precision.name().toLowerCase(Locale.ROOT);
      }
      return setting.name().isEmpty() ? text : setting.name() + "." + text;
    }

    void write(int stage, VersionFolder folder, ModelWriter writer) throws IOException {
      StageGraph graph = setting.graphs().stages().get(stage);
      String file = "stage-" + (stage + 1) + "-" + graph.name() + "." + name() + ".onnx";
      graphs.add(folder.write(file, writer.bytes(graph.graph(flavour, precision))));
    }

    VariantSpec spec(FileSpec data) {
      List<StageSpec> stages = new ArrayList<>();
      for (int i = 0; i < graphs.size(); i++) {
        StageGraph stage = setting.graphs().stages().get(i);
        stages.add(
            new StageSpec(
                stage.name(),
                graphs.get(i),
                List.of(data),
                stage.grid(),
                stage.grid(),
                stage.gflops(),
                stage.imageInput(),
                stage.logitsOutput(),
                stage.handover(precision),
                stage.costOutput(),
                stage.dropping()));
      }
      return new VariantSpec(
          name(),
          flavour,
          precision,
          flavour == Flavour.CPU ? List.of("cpu") : List.of(),
          stages,
          setting.name().isEmpty() ? Optional.empty() : Optional.of(setting.name()),
          Optional.empty());
    }
  }
}
