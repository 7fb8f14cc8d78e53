package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.toy.ToyCascade;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCommandTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void write() throws Exception {
    ToyCascade.write(folder.resolve("toy").resolve("1"), "toy");
  }

  private int run(String... arguments) {
    return ServerMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private String models() {
    return "--models=" + folder;
  }

  @Test
  void on_the_cpu_nothing_is_to_compile_and_that_is_no_fault() {
    assertThat(run("compile", "toy", models(), "--provider=cpu")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("cpu: nothing to compile, its sessions open within the start");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void an_unknown_model_is_named() {
    assertThat(run("compile", "toy", "toyy", models(), "--provider=cpu")).isEqualTo(1);
    assertThat(err.toString().lines())
        .containsExactly(
            "dvt: model: toyy (expected: a version folder, a model folder, or a model's name under "
                + folder
                + ")");
  }

  @Test
  void a_provider_that_is_not_there_is_named_with_its_cause() {
    Path nothing = folder.resolve("nothing.so");
    assertThat(
            run(
                "compile",
                "toy",
                models(),
                "--provider=plug",
                "--provider-library=plug=" + nothing))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains("plug: provider-library plug: " + nothing + " (expected: a library's file)");
  }

  @Test
  void a_batch_that_no_server_takes_is_a_wrong_use() {
    assertThat(run("compile", "toy", models(), "--max-batch=0")).isEqualTo(2);
    assertThat(err.toString()).contains("dvt: --max-batch: 0 (expected: 1 to 1024)");
  }
}
