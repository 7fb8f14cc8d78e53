package ai.dvt.server.runtime.capi;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.DataType;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.graph.SmallGraph;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EnvironmentTest {
  /** A process that opens sessions while its shutdown hooks run, the Java API's among them. */
  static final class LateSessions {
    private LateSessions() {}

    public static void main(String[] arguments) {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      new CpuDevice(SessionSettings.DEFAULT, 1);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> open(environment)));
      System.exit(0);
    }

    private static void open(OrtEnvironment environment) {
      byte[] graph =
          new SmallGraph("late")
              .input("x", DataType.FLOAT32, SmallGraph.ANY, 4)
              .node("Add", List.of("x", "x"), "y", Map.of())
              .output("y", DataType.FLOAT32, SmallGraph.ANY, 4)
              .toBytes();
      try {
        Thread.sleep(300); // the other hook is quick
        for (int i = 0; i < 50; i++) {
          try (OrtSession session = environment.createSession(graph)) {
            assertThat(session.getNumInputs()).isEqualTo(1);
          }
        }
        System.out.println("opened");
      } catch (OrtException | InterruptedException e) {
        System.out.println(e);
      }
    }
  }

  @Test
  void sessions_open_and_run_on_while_the_process_ends() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            LateSessions.class.getName());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said.lines()).endsWith("opened");
  }
}
