package ai.dvt.server.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.server.config.Handover;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.provider.CpuProvider;
import ai.dvt.server.runtime.provider.CudaProvider;
import ai.dvt.server.toy.ToyCascade;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainCaseTest {
  private static final List<Double> SHARES = List.of(0.6, 0.25, 0.15);

  @TempDir private Path folder;

  private ModelVersion toy() throws Exception {
    ToyCascade.write(folder.resolve("toy").resolve("1"), "toy");
    return ModelRepository.scan(folder).latest("toy").orElseThrow();
  }

  private static long leaving(int[] exits, int exit) {
    return Arrays.stream(exits).filter(e -> e == exit).count();
  }

  @Test
  void images_leave_in_the_given_shares() {
    int[] exits = ChainCase.exits(200, 3, SHARES);
    assertThat(leaving(exits, 1)).isEqualTo(120);
    assertThat(leaving(exits, 2)).isEqualTo(50);
    assertThat(leaving(exits, 3)).isEqualTo(30);
    assertThat(Arrays.stream(exits).limit(60).distinct().count()).isEqualTo(3);
    assertThat(leaving(ChainCase.exits(10, 1, SHARES), 1)).isEqualTo(10);
    assertThat(leaving(ChainCase.exits(10, 2, SHARES), 2)).isEqualTo(4);
    assertThat(leaving(ChainCase.exits(10, 4, List.of(1.0)), 1)).isEqualTo(10);
  }

  @Test
  void host_and_device_are_measured_in_turns_against_the_first() throws Exception {
    ModelVersion toy = toy();
    try (CpuProvider cpu = new CpuProvider();
        ChainCase host = ChainCase.open(toy, cpu, SessionSettings.DEFAULT, Handover.HOST, 4);
        ChainCase device = ChainCase.open(toy, cpu, SessionSettings.DEFAULT, Handover.DEVICE, 4)) {
      List<ChainRounds.Row> rows = new ChainRounds(List.of(host, device)).measure(30, 4, SHARES, 3);
      assertThat(rows)
          .extracting(ChainRounds.Row::name)
          .containsExactly("toy on cpu, host", "toy on cpu, device");
      assertThat(rows.get(0).ratio()).containsExactly(1, 1, 1);
      assertThat(rows.get(1).ratio()).isSorted();
      assertThat(rows).allMatch(row -> row.imagesPerSecond() > 0);
      assertThat(rows).allMatch(row -> row.between() > 0 && row.between() < 1);
    }
  }

  @Test
  void a_model_that_does_not_run_there_is_named() throws Exception {
    ModelVersion toy = toy();
    CudaProvider cuda = new CudaProvider(Map.of("no_such_option", "1"), true);
    assertThatThrownBy(() -> ChainCase.open(toy, cuda, SessionSettings.DEFAULT, Handover.HOST, 4))
        .isInstanceOf(EvaluationException.class)
        .hasMessageStartingWith("toy on cuda, host: provider cuda: ");
  }
}
