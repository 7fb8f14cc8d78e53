package ai.dvt.exporter.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.checkpoint.CheckpointFile;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.geometry.TokenPruning.Attentive;
import ai.dvt.exporter.geometry.TokenPruning.Method;
import ai.dvt.exporter.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens dropped, or only sorted, in the stages of cascades over both families. */
class PrunedCascadeTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/dvt");

  private static ArchitectureOptions options(String family) {
    return ArchitectureOptions.DEFAULT
        .withHeads(family.equals("t2t") ? 2 : 3)
        .withPruning(
            new PruningOptions(
                Optional.of(0.6),
                List.of(),
                Optional.of(true),
                Optional.empty(),
                List.of(StagePruning.last(Method.EVIT, Optional.empty())),
                Optional.empty()));
  }

  /**
   * Keeping every token, sorted by attention, only changes their order: contexts and relations that
   * are gathered by the tokens' positions must give the logits of the stage that keeps its order,
   * and what is put back into its places must be what that stage hands on.
   */
  @ParameterizedTest
  @CsvSource({"t2t, CPU", "t2t, PORTABLE", "deit, CPU", "deit, PORTABLE"})
  void tokens_in_another_order_get_their_own_contexts_and_relations(String family, Flavour flavour)
      throws Exception {
    Npy image = Npy.read(GOLDEN.resolve("input.npy"));
    try (CheckpointFile file =
        CheckpointFile.open(GOLDEN.resolve("dvt-" + family + "-both.pth.tar"))) {
      Weights weights = file.stateDicts().select(false, Optional.empty()).weights();
      Architecture architecture = Architecture.named("dvt-" + family);
      ArchitectureOptions plain = options(family).withPruning(PruningOptions.NONE);
      List<StageGeometry> stages =
          new ArrayList<>(new GeometryReader(architecture, weights, plain).read());
      CascadeGraphs whole = CascadeAssembly.assemble(architecture, weights, plain, stages);
      StageGeometry last = stages.get(stages.size() - 1);
      assertThat(last.features()).isPresent();
      assertThat(last.relations()).isPresent();
      stages.replaceAll(
          stage ->
              stage.withPruning(new Attentive(List.of(0), List.of(stage.tokens() - 1), false)));
      CascadeGraphs sorted = CascadeAssembly.assemble(architecture, weights, plain, stages);

      List<Map<String, Npy>> all = CascadeRun.of(whole, flavour, image);
      List<Map<String, Npy>> same = CascadeRun.of(sorted, flavour, image);
      for (int exit = 0; exit < all.size(); exit++) {
        assertThat(same.get(exit)).hasSize(exit == all.size() - 1 ? 1 : 3);
        for (Map.Entry<String, Npy> output : all.get(exit).entrySet()) {
          Npy got = same.get(exit).get(output.getKey());
          assertThat(got.shape()).isEqualTo(output.getValue().shape());
          assertThat(difference(got.values(), output.getValue().values()))
              .as("exit %d, %s", exit + 1, output.getKey())
              .isLessThan(5e-5);
        }
      }
      float[] expected = all.get(all.size() - 1).get("logits").values();
      CascadeGraphs pruned = architecture.graphs(weights, options(family));
      assertThat(difference(logits(pruned, flavour, image), expected)).isBetween(1e-4, 10.0);
      assertThat(pruned.stages().get(stages.size() - 1).gflops())
          .isLessThan(whole.stages().get(stages.size() - 1).gflops());
      assertThat(pruned.stages().get(0).gflops()).isEqualTo(whole.stages().get(0).gflops());
    }
  }

  @Test
  void a_single_stage_has_no_last_one_to_prune() throws Exception {
    try (CheckpointFile file = CheckpointFile.open(GOLDEN.resolve("deit.pth"))) {
      Weights weights = file.stateDicts().select(false, Optional.empty()).weights();
      assertThatThrownBy(() -> Architecture.named("deit").graphs(weights, options("deit")))
          .hasMessageStartingWith("prune-last: deit (expected: a cascade");
    }
  }

  private static float[] logits(CascadeGraphs cascade, Flavour flavour, Npy image)
      throws Exception {
    var outputs = CascadeRun.of(cascade, flavour, image);
    return outputs.get(outputs.size() - 1).get("logits").values();
  }

  private static double difference(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < b.length; i++) {
      double error = Math.abs((double) a[i] - b[i]);
      assertThat(error).isFinite();
      largest = Math.max(largest, error);
    }
    return largest;
  }
}
