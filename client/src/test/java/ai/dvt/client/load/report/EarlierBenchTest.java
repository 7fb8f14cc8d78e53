package ai.dvt.client.load.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlierBenchTest {
  private static final String SIDE = "{\"imagesPerSecond\": %s, \"accuracy\": %s}";

  @TempDir Path folder;

  private EarlierBench read(String json) throws Exception {
    Files.writeString(folder.resolve("bench.json"), json);
    return EarlierBench.read(folder);
  }

  @Test
  void a_sweep_gives_a_dot_for_each_point_with_accuracy() throws Exception {
    EarlierBench bench =
        read(
            """
            {"a": {}, "b": null, "environment": {"model": "evit/1", "against": "deit/1"},
             "sweep": [{"a": %s, "b": %s}, {"a": %s, "b": null}]}
            """
                .formatted(
                    SIDE.formatted("50.0", "0.9"),
                    SIDE.formatted("20.0", "null"),
                    SIDE.formatted("70.0", "0.8")));
    assertThat(bench.byModel()).containsOnlyKeys("evit/1");
    assertThat(bench.byModel().get("evit/1"))
        .containsExactly(new double[] {50, 90}, new double[] {70, 80});
  }

  @Test
  void one_setting_gives_a_dot_a_side() throws Exception {
    EarlierBench bench =
        read(
            "{\"a\": %s, \"b\": %s, \"environment\": {\"model\": \"x\", \"against\": \"y\"}}"
                .formatted(SIDE.formatted("5", "0.5"), SIDE.formatted("6", "0.25")));
    assertThat(bench.byModel()).containsOnlyKeys("x", "y");
    assertThat(bench.byModel().get("y")).containsExactly(new double[] {6, 25});
  }

  @Test
  void what_is_no_bench_output_is_refused() throws Exception {
    assertThatThrownBy(() -> EarlierBench.read(folder))
        .hasMessage("--beside: " + folder + " (expected: a folder that bench --output wrote)");
    for (String other : new String[] {"{}", "[]", "{", "{\"environment\": {}, \"a\": 1}"}) {
      assertThatThrownBy(() -> read(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(expected: a bench.json with the models' names)");
    }
  }
}
