package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.server.toy.ToyBaseline;
import ai.dvt.server.toy.ToyCascade;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlanCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int dvt(String... arguments) {
    return ServerMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private void calibrate(Path version, OperatingPoint... points) throws Exception {
    Files.createDirectories(version.resolve("calibrations"));
    Files.writeString(
        version.resolve("calibrations/val.json"),
        Manifests.toJson(new Calibration("made up", List.of(points), Optional.of("dear"))));
  }

  private static OperatingPoint point(
      String name, float threshold, double accuracy, List<Double> shares) {
    return new OperatingPoint(
        name,
        Optional.empty(),
        new Thresholds(
            Criterion.CONFIDENCE, shares.size() == 1 ? List.of() : List.of(threshold, threshold)),
        OptionalDouble.of(accuracy),
        OptionalDouble.of(1),
        shares);
  }

  @Test
  void the_plan_is_printed_and_plotted_beside_a_baseline() throws Exception {
    Path models = folder.resolve("models");
    ToyCascade.write(models.resolve("toy/1"), "toy");
    ToyBaseline.write(models.resolve("base/1"), "base");
    calibrate(
        models.resolve("toy/1"),
        point("dear", 0.9f, 0.9, List.of(0.0, 0.1, 0.9)),
        point("cheap", 0.5f, 0.8, List.of(0.98, 0.01, 0.01)));
    calibrate(models.resolve("base/1"), point("dear", 0, 0.88, List.of(1.0)));
    String[] arguments = {
      "plan",
      "toy",
      "--baseline",
      "base",
      "--models",
      models.toString(),
      "--workers",
      "1",
      "--max-batch",
      "3",
      "--output",
      folder.resolve("out").toString()
    };
    assertThat(dvt(arguments)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("toy/1: 1 workers", "dear", "base/1 would collapse beyond");
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("out/plan.json"))).getAsJsonObject();
    JsonArray levels = json.getAsJsonArray("levels");
    assertThat(levels.get(0).getAsJsonObject().get("point").getAsString()).isEqualTo("dear");
    assertThat(json.getAsJsonArray("runTimes")).hasSize(3 * 3); // batches of 1, 2 and 3
    assertThat(json.getAsJsonObject("baseline").getAsJsonArray("levels")).hasSize(1);
    var picture =
        ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("out/plan.png"))));
    assertThat(picture.getWidth()).isEqualTo(1200);
  }

  @Test
  void what_cannot_be_is_one_line() {
    assertThat(dvt("plan", "absent", "--models", folder.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("model: absent (expected: ");
    ToyCascade.write(folder.resolve("toy/1"), "toy");
    assertThat(dvt("plan", "toy", "--models", folder.toString(), "--workers", "0")).isEqualTo(1);
    assertThat(err.toString()).contains("--workers: 0 (expected: >= 1)");
  }
}
