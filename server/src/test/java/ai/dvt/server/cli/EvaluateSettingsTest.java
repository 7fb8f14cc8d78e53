package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.Calibration;
import ai.dvt.cascade.Criterion;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.Thresholds;
import ai.dvt.cascade.records.ExitRecords;
import ai.dvt.cascade.records.ExitRecordsFile;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.toy.TinyExports;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that drop tokens beside their baseline, from labelled pictures to one chart. */
@Timeout(180)
class EvaluateSettingsTest {
  @TempDir static Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void exportModelsAndWritePictures() throws Exception {
    Path models = folder.resolve("models");
    TinyExports.ofOneViT(models.resolve("deit/1"), "--architecture=deit");
    TinyExports.ofOneViT(
        models.resolve("evit/1"),
        "--architecture=evit",
        "--keep-rate=0.9,0.7,0.5",
        "--drop-at=1,2,4");
    TinyExports.ofOneViT(models.resolve("ats/1"), "--architecture=ats", "--drop-from=3,1");
    TinyExports.export(
        models.resolve("dvt/1"),
        "--checkpoint=" + TinyExports.GOLDEN.resolve("dvt/dvt-deit-both.pth.tar"),
        "--architecture=dvt-deit",
        "--heads=3",
        "--prune-last=evit:0.8,0.5");
    TinyExports.pictures(folder.resolve("val"), 10, 4, 1);
    TinyExports.pictures(folder.resolve("test"), 10, 4, 2);
  }

  private int run(String command, String data, List<String> models, String... more) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(models);
    arguments.addAll(
        List.of(
            "--models",
            folder.resolve("models").toString(),
            "--data",
            folder.resolve(data).toString()));
    arguments.addAll(List.of(more));
    return ServerMain.run(
        new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(new String[0]));
  }

  private static ModelVersion version(String model) throws Exception {
    return ModelRepository.ofModel(folder.resolve("models/" + model)).versions().get(0);
  }

  private static JsonObject model(JsonObject report, String name) {
    for (JsonElement model : report.getAsJsonArray("models")) {
      if (model.getAsJsonObject().get("name").getAsString().equals(name)) {
        return model.getAsJsonObject();
      }
    }
    throw new AssertionError(name);
  }

  private static List<String> points(JsonObject model) {
    return model.getAsJsonArray("points").asList().stream()
        .map(point -> point.getAsJsonObject().get("name").getAsString())
        .toList();
  }

  @Test
  void families_that_drop_tokens_are_calibrated_and_stand_beside_their_baseline() throws Exception {
    for (String model : List.of("deit", "evit", "ats")) {
      assertThat(run("calibrate", "val", List.of(model), "--rule", "plain"))
          .as(err.toString() + out)
          .isZero();
    }
    Path calibrations = folder.resolve("models/evit/1/calibrations");
    for (String setting : List.of("keep-0.90", "keep-0.70", "keep-0.50")) {
      ExitRecords records =
          ExitRecordsFile.read(calibrations.resolve("val@" + setting + ".records.npy"));
      assertThat(records.size()).isEqualTo(40);
      assertThat(records.hasCosts()).isFalse();
    }
    ModelVersion evit = version("evit");
    assertThat(evit.points().keySet()).contains("keep-0.50");
    for (OperatingPoint point : evit.calibrations().get("val").points()) {
      assertThat(point.variant()).contains(point.name());
      assertThat(point.expectedAccuracy()).isPresent();
    }
    ExitRecords ats =
        ExitRecordsFile.read(folder.resolve("models/ats/1/calibrations/val@from-1.records.npy"));
    double most = version("ats").manifest().variants().get(0).gflops().get(0);
    assertThat(ats.hasCosts()).isTrue();
    assertThat(ats.averageGflops(List.of(most)).get(0)).isBetween(0.2 * most, 0.999 * most);

    Path report = folder.resolve("report");
    assertThat(
            run("evaluate", "test", List.of("deit", "evit", "ats"), "--output", report.toString()))
        .as(err.toString())
        .isZero();
    JsonObject json =
        JsonParser.parseString(Files.readString(report.resolve("report.json"))).getAsJsonObject();
    assertThat(model(json, "deit").get("baseline").getAsBoolean()).isTrue();
    assertThat(model(json, "evit").get("baseline").getAsBoolean()).isFalse();
    assertThat(model(json, "ats").get("baseline").getAsBoolean()).isFalse();
    assertThat(points(model(json, "evit"))).containsExactly("keep-0.50", "keep-0.70", "keep-0.90");
    JsonArray rates = model(json, "evit").getAsJsonArray("points");
    for (int i = 0; i < 3; i++) {
      assertThat(rates.get(i).getAsJsonObject().get("imagesPerSecond").getAsDouble()).isPositive();
      assertThat(rates.get(i).getAsJsonObject().get("gflops").getAsDouble())
          .isCloseTo(evit.manifest().variants().get(2 * (2 - i)).gflops().get(0), within(1e-9));
    }
    assertThat(points(model(json, "ats"))).containsExactly("from-1", "from-3");
    JsonArray lines = json.getAsJsonArray("equalAccuracy");
    assertThat(lines.asList())
        .extracting(line -> line.getAsJsonObject().get("cascade").getAsString())
        .contains("ats");
    for (JsonElement line : lines) {
      assertThat(line.getAsJsonObject().get("baseline").getAsString()).isEqualTo("deit");
      assertThat(line.getAsJsonObject().get("gflopsRatio").getAsDouble()).isGreaterThan(1);
      assertThat(line.getAsJsonObject().get("throughputRatio").getAsDouble()).isPositive();
    }
    assertThat(Files.readString(report.resolve("report.md")))
        .contains("| ats | ATS | from-3 |", "| evit | EViT | keep-0.70 |", " ± ");
    assertThat(report.resolve("accuracy-cost.png")).isNotEmptyFile();
    assertThat(report.resolve("accuracy-throughput.png")).isNotEmptyFile();
  }

  @Test
  void a_plan_has_levels_of_several_settings() throws Exception {
    Path model = folder.resolve("models/planned/1");
    TinyExports.ofOneViT(model, "--architecture=evit", "--keep-rate=0.9,0.2", "--drop-at=1,2,4");
    Files.delete(model.resolve("calibrations/settings.json"));
    List<OperatingPoint> points = new ArrayList<>();
    for (String setting : List.of("keep-0.90", "keep-0.20")) {
      points.add(
          new OperatingPoint(
              setting,
              Optional.of(setting),
              new Thresholds(Criterion.CONFIDENCE, List.of()),
              OptionalDouble.of(setting.equals("keep-0.90") ? 0.9 : 0.8),
              OptionalDouble.empty(),
              List.of(1.0)));
    }
    Files.writeString(
        model.resolve("calibrations/val.json"),
        Manifests.toJson(new Calibration("made up", points, Optional.of("keep-0.90"))));
    assertThat(
            ServerMain.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "plan",
                "planned",
                "--models",
                folder.resolve("models").toString(),
                "--workers",
                "1",
                "--json"))
        .as(err.toString())
        .isZero();
    JsonObject plan = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(plan.getAsJsonArray("runTimes").asList())
        .extracting(time -> time.getAsJsonObject().get("setting").getAsString())
        .contains("keep-0.90", "keep-0.20");
    JsonObject first = plan.getAsJsonArray("levels").get(0).getAsJsonObject();
    assertThat(first.get("point").getAsString()).isEqualTo("keep-0.90");
    assertThat(first.get("setting").getAsString()).isEqualTo("keep-0.90");
  }

  @Test
  void a_cascade_with_settings_gets_thresholds_for_each() throws Exception {
    TinyExports.pictures(folder.resolve("few"), version("dvt").labels().size(), 4, 3);
    assertThat(run("calibrate", "few", List.of("dvt"), "--points", "5", "--solver", "exact"))
        .as(err.toString() + out)
        .isZero();
    ModelVersion dvt = version("dvt");
    assertThat(dvt.manifest().settings()).containsExactly("keep-0.80", "keep-0.50");
    List<OperatingPoint> points = dvt.calibrations().get("few").points();
    for (int i = 0; i < points.size(); i++) {
      assertThat(points.get(i).variant().orElseThrow()).startsWith("keep-0.");
      assertThat(points.get(i).thresholds().values()).hasSize(2);
      assertThat(i == 0 || accuracy(points, i) > accuracy(points, i - 1)).isTrue();
    }
    Path report = folder.resolve("dvt-report");
    assertThat(
            run(
                "evaluate",
                "few",
                List.of("dvt"),
                "--force",
                "--no-speed",
                "--output",
                report.toString()))
        .as(err.toString())
        .isZero();
    JsonObject json =
        JsonParser.parseString(Files.readString(report.resolve("report.json"))).getAsJsonObject();
    assertThat(points(model(json, "dvt"))).contains("last@keep-0.80", "last@keep-0.50");
    for (OperatingPoint point : points) {
      JsonObject replayed =
          model(json, "dvt").getAsJsonArray("points").asList().stream()
              .map(JsonElement::getAsJsonObject)
              .filter(one -> one.get("name").getAsString().equals(point.name()))
              .findFirst()
              .orElseThrow();
      assertThat(replayed.get("accuracy").getAsDouble())
          .isCloseTo(point.expectedAccuracy().orElseThrow(), within(1e-9));
      assertThat(replayed.get("gflops").getAsDouble())
          .isCloseTo(point.expectedGflops().orElseThrow(), within(1e-9));
    }
    assertThat(Files.readString(report.resolve("report.md"))).contains("DVT x EViT");
  }

  private static double accuracy(List<OperatingPoint> points, int i) {
    return points.get(i).expectedAccuracy().orElseThrow();
  }

  @Test
  void pictures_that_a_setting_was_calibrated_on_are_refused() throws Exception {
    TinyExports.ofOneViT(
        folder.resolve("models/other/1"), "--architecture=evit", "--keep-rate=0.7,0.5");
    TinyExports.pictures(folder.resolve("seen"), 10, 1, 4);
    assertThat(run("calibrate", "seen", List.of("other"))).as(err.toString()).isZero();
    assertThat(
            run(
                "evaluate",
                "seen",
                List.of("other"),
                "--no-speed",
                "--output",
                folder.resolve("refused").toString()))
        .isEqualTo(1);
    assertThat(err.toString()).contains("thresholds of other were chosen on it", "--force");
  }
}
