package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.toy.ToyBaseline;
import ai.dvt.server.toy.ToyCascade;
import ai.dvt.server.toy.ToyPictures;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From labelled pictures to operating points and a report, with the real engine and solver. */
@Timeout(120)
class CalibrateAndEvaluateTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path cascade;

  @BeforeEach
  void writeModelsAndPictures() throws Exception {
    cascade = folder.resolve("models/toy/1");
    ToyCascade.write(cascade, "toy");
    ToyBaseline.write(folder.resolve("models/plain/1"), "plain");
    ToyPictures.write(folder.resolve("val"), 30, 1);
    ToyPictures.write(folder.resolve("test"), 30, 2);
  }

  private int run(String... arguments) {
    return ServerMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private int calibrate(String model, String... more) {
    String[] arguments = {
      "calibrate",
      model,
      "--models",
      folder.resolve("models").toString(),
      "--data",
      folder.resolve("val").toString()
    };
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return run(all);
  }

  private int evaluate(String data, String... more) {
    String[] arguments = {
      "evaluate",
      "toy",
      "plain",
      "--models",
      folder.resolve("models").toString(),
      "--data",
      folder.resolve(data).toString(),
      "--output",
      folder.resolve("report").toString()
    };
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return run(all);
  }

  @Test
  void a_calibrated_cascade_is_compared_with_its_baseline() throws Exception {
    assertThat(calibrate("plain")).as(err.toString()).isZero();
    assertThat(calibrate("toy", "--baseline", "plain", "--points", "7"))
        .as(err.toString() + out)
        .isZero();
    assertThat(out.toString()).contains("points of accuracy below exact", "default point");

    ExitRecords records = ExitRecordsFile.read(cascade.resolve("calibrations/val.records.npy"));
    assertThat(records.size()).isEqualTo(120);
    assertThat(records.exits()).isEqualTo(3);
    ModelVersion version = ModelRepository.ofModel(cascade.getParent()).versions().get(0);
    assertThat(version.calibrations()).containsOnlyKeys("val");
    assertThat(version.calibrations().get("val").defaultPoint()).isPresent();
    assertThat(version.points().size()).isBetween(2, 7);

    assertThat(evaluate("test")).as(err.toString()).isZero();
    JsonObject report =
        JsonParser.parseString(Files.readString(folder.resolve("report/report.json")))
            .getAsJsonObject();
    assertThat(report.keySet()).containsExactly("models", "equalAccuracy");
    assertThat(report.getAsJsonArray("models")).hasSize(2);
    JsonObject line = report.getAsJsonArray("equalAccuracy").get(0).getAsJsonObject();
    assertThat(line.keySet())
        .containsExactly(
            "cascade",
            "baseline",
            "rule",
            "point",
            "accuracy",
            "baselineAccuracy",
            "interval",
            "gflopsRatio",
            "throughputRatio");
    assertThat(line.get("gflopsRatio").getAsDouble()).isGreaterThan(1);
    assertThat(line.get("throughputRatio").getAsDouble()).isPositive();
    assertThat(line.get("baselineAccuracy").getAsDouble()).isEqualTo(1);
    JsonObject last = report.getAsJsonArray("models").get(0).getAsJsonObject();
    assertThat(last.get("baseline").getAsBoolean()).isFalse();
    String html = Files.readString(folder.resolve("report/report.html"));
    assertThat(html).contains("data:image/png;base64,", "Easy pictures for toy", "fewer GFLOPs");
    assertThat(html).doesNotContain("src=\"http", "href=");
    assertThat(Files.readString(folder.resolve("report/report.md"))).contains("| plain |");
  }

  @Test
  void the_shipped_cascade_is_calibrated_on_the_shipped_pictures() throws Exception {
    Path shipped = Path.of("..", "onnx-models");
    Path copy = folder.resolve("models/dvt-deit-cifar10");
    try (var files = Files.walk(shipped.resolve("dvt-deit-cifar10"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path to = copy.resolve(shipped.resolve("dvt-deit-cifar10").relativize(file));
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
      }
    }
    String pictures = shipped.resolve("pictures/cifar10").toString();
    assertThat(run("calibrate", copy.toString(), "--data", pictures, "--solver", "exact"))
        .as(err.toString())
        .isZero();
    ExitRecords records = ExitRecordsFile.read(copy.resolve("1/calibrations/cifar10.records.npy"));
    assertThat(records.size()).isEqualTo(200);
    int right = 0;
    for (int i = 0; i < 200; i++) {
      right += records.correct(i, records.exits()) ? 1 : 0;
    }
    assertThat(right).isBetween(140, 190);
    ModelVersion version = ModelRepository.ofModel(copy).versions().get(0);
    assertThat(version.calibrations()).containsKey("cifar10");
  }

  @Test
  void a_provider_that_is_not_there_is_named() {
    assertThat(calibrate("toy", "--provider", "cuda")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("dvt: provider: [cuda: provider: cuda, which is not in this ONNX Runtime")
        .endsWith("(expected: one that works)\n");
    assertThat(calibrate("toy", "--provider", "cuda,cpu", "--points", "3")).isZero();
  }

  @Test
  void pictures_that_thresholds_were_chosen_on_are_refused_unless_forced() {
    assertThat(calibrate("toy", "--points", "3")).isZero();
    assertThat(evaluate("val", "--no-speed")).isEqualTo(1);
    assertThat(err.toString()).contains("thresholds of toy were chosen on it", "--force");
    assertThat(evaluate("val", "--no-speed", "--force")).as(err.toString()).isZero();
  }

  @Test
  void solving_again_runs_no_picture_and_finds_the_same() throws Exception {
    assertThat(calibrate("toy", "--points", "5")).isZero();
    Path file = cascade.resolve("calibrations/val.json");
    Path records = cascade.resolve("calibrations/val.records.npy");
    String first = Files.readString(file);
    byte[] recorded = Files.readAllBytes(records);
    assertThat(calibrate("toy", "--points", "5")).isZero();
    assertThat(Files.readString(file)).isEqualTo(first);
    assertThat(Files.readAllBytes(records)).isEqualTo(recorded);
  }

  @Test
  void records_of_an_interrupted_run_are_kept() throws Exception {
    assertThat(calibrate("toy", "--points", "5")).isZero();
    Path records = cascade.resolve("calibrations/val.records.npy");
    ExitRecords all = ExitRecordsFile.read(records);
    ExitRecords.Builder half = new ExitRecords.Builder(3);
    for (int i = 0; i < 60; i++) {
      half.add(
          all.sha256(i),
          all.label(i),
          List.of(all.outcome(i, 1), all.outcome(i, 2), all.outcome(i, 3)));
    }
    ExitRecordsFile.write(half.build(), records);
    assertThat(calibrate("toy", "--points", "5")).isZero();
    ExitRecords again = ExitRecordsFile.read(records);
    assertThat(again.size()).isEqualTo(all.size());
    for (int i = 0; i < all.size(); i++) {
      assertThat(again.sha256(i)).isEqualTo(all.sha256(i));
      assertThat(again.outcome(i, 3).index()).isEqualTo(all.outcome(i, 3).index());
    }
  }

  @Test
  void a_budget_outside_the_exits_costs_is_refused_with_the_range() {
    assertThat(calibrate("toy", "--budgets", "0.2")).isEqualTo(1);
    assertThat(err.toString())
        .contains("--budgets: 0.2 GFLOPs (expected: 0.5 to 1.5, the costs of the first and the");
    assertThat(cascade.resolve("calibrations")).doesNotExist();
  }

  @Test
  void unreadable_pictures_are_listed_and_fatal_from_one_percent_on() throws Exception {
    Files.writeString(folder.resolve("val/1/broken.png"), "no picture");
    assertThat(calibrate("toy", "--points", "3")).isZero();
    assertThat(err.toString()).contains("1 of 121 pictures could not be read", "1/broken.png: ");
    Files.writeString(folder.resolve("val/2/broken.png"), "no picture either");
    assertThat(calibrate("toy", "--points", "3")).isEqualTo(1);
    assertThat(err.toString())
        .contains("unreadable pictures: 2 of 122 (expected: below 1 % of them)");
  }

  @Test
  void a_baseline_that_was_not_calibrated_is_named() {
    assertThat(calibrate("toy", "--baseline", "plain")).isEqualTo(1);
    assertThat(err.toString()).contains("--baseline: plain, not calibrated as \"val\"");
  }
}
