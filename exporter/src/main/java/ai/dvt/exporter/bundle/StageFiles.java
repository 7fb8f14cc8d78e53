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
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the graphs of every stage and flavour, and the weights that they share. */
public final class StageFiles {
  private StageFiles() {}

  /**
   * Writes {@code stage-K-GRID.FLAVOUR.onnx} and {@code weights.bin}. Weights are read one tensor
   * at a time.
   *
   * @param flavours in the order of the variants
   * @return a variant for each flavour
   */
  public static List<VariantSpec> write(
      VersionFolder folder, CascadeGraphs cascade, List<Flavour> flavours, WeightStorage storage)
      throws IOException {
    Map<Flavour, List<FileSpec>> graphs = new EnumMap<>(Flavour.class);
    FileSpec data;
    try (WeightsFile weights = WeightsFile.create(folder)) {
      ModelWriter writer = ModelWriter.external(storage, weights);
      // Stage by stage, so that a stage's weights lie together.
      for (int stage = 0; stage < cascade.stages().size(); stage++) {
        StageGraph each = cascade.stages().get(stage);
        for (Flavour flavour : flavours) {
          byte[] model = writer.bytes(each.graph(flavour));
          graphs
              .computeIfAbsent(flavour, f -> new ArrayList<>())
              .add(folder.write(fileName(stage + 1, each, flavour), model));
        }
      }
      data = weights.describe();
    } catch (UncheckedIOException e) {
      throw new IOException("output: " + e.getMessage(), e);
    }
    List<VariantSpec> variants = new ArrayList<>();
    for (Flavour flavour : flavours) {
      List<StageSpec> stages = new ArrayList<>();
      for (int stage = 0; stage < cascade.stages().size(); stage++) {
        stages.add(
            stage(cascade.stages().get(stage), graphs.get(flavour).get(stage), List.of(data)));
      }
      variants.add(
          new VariantSpec(
              text(flavour),
              flavour,
              Precision.FLOAT32,
              flavour == Flavour.CPU ? List.of("cpu") : List.of(),
              stages));
    }
    return variants;
  }

  private static StageSpec stage(StageGraph stage, FileSpec graph, List<FileSpec> data) {
    return new StageSpec(
        stage.name(),
        graph,
        data,
        stage.grid(),
        stage.grid(),
        stage.gflops(),
        stage.imageInput(),
        stage.logitsOutput(),
        stage.handover());
  }

  private static String fileName(int number, StageGraph stage, Flavour flavour) {
    return "stage-" + number + "-" + stage.name() + "." + text(flavour) + ".onnx";
  }

  private static String text(Flavour flavour) {
    return flavour.name().toLowerCase(Locale.ROOT);
  }
}
