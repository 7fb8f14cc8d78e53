package ai.dvt.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelRepository;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.CpuDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.toy.ToyCascade;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RawChainRoundsTest {
  @TempDir Path models;
  private final CpuDevice device = new CpuDevice(SessionSettings.DEFAULT, 2);

  @BeforeEach
  void write() throws Exception {
    ToyCascade.write(Files.createDirectories(models.resolve("toy/1")), "toy");
  }

  private ModelVersion version() throws Exception {
    return ModelRepository.ofModel(models.resolve("toy")).versions().get(0);
  }

  private List<JsonObject> answers(List<String> commands) throws Exception {
    ModelVersion version = version();
    StringWriter out = new StringWriter();
    try (CascadeSessions sessions =
        device.open(
            version.folder(), version.manifest(), version.manifest().variants().get(0), 4)) {
      InputRows rows =
          new InputRows(
              new PictureDecoder(PictureLimits.DEFAULT), version.manifest().preprocessing());
      new RawChainRounds(version, device, sessions, rows, 2)
          .serve(
              new BufferedReader(new StringReader(String.join("\n", commands))),
              new PrintWriter(out));
      assertThat(sessions.openRows()).isZero();
    }
    assertThat(device.memory().openBlocks()).isZero();
    return out.toString()
        .lines()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static String picture(int exit, int label, String truth) {
    float[] values = ToyCascade.picture(exit, label, new Random(3));
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    int side = (int) Math.sqrt(values.length / 3.0);
    return String.format(
        "{\"picture\":{\"form\":\"float32\",\"shape\":[3,%d,%d],\"data\":\"%s\"},\"truth\":\"%s\"}",
        side, side, Base64.getEncoder().encodeToString(bytes.array()), truth);
  }

  private static String round(String rest) {
    return "{\"round\":{\"seconds\":0.5,\"ramp\":0.1,\"firstImage\":7," + rest + "}}";
  }

  @Test
  void a_round_takes_the_exits_that_it_is_told() throws Exception {
    List<String> commands = new ArrayList<>();
    commands.add(picture(1, 0, "none of the labels"));
    commands.add(round("\"exits\":[0.5,0.25,0.25],\"seed\":1"));
    commands.add(round("\"policy\":\"stop=2\""));
    List<JsonObject> answers = answers(commands);
    assertThat(answers.get(0).get("pictures").getAsInt()).isEqualTo(1);
    double[] shares = shares(answers.get(1));
    assertThat(shares[0]).isBetween(0.4, 0.6);
    assertThat(shares[1]).isBetween(0.15, 0.35);
    assertThat(shares[2]).isBetween(0.15, 0.35);
    assertThat(shares(answers.get(2))).containsExactly(0, 1, 0);
    assertThat(answers.get(1).get("labelled").getAsInt()).isZero();
    assertThat(answers.get(1).get("seconds").getAsDouble()).isEqualTo(0.4);
    assertThat(answers.get(1).getAsJsonArray("latencyNanos").size())
        .isLessThanOrEqualTo(answers.get(1).get("allAnswers").getAsInt());
  }

  private static double[] shares(JsonObject figures) {
    double[] counts =
        figures.getAsJsonArray("exitCounts").asList().stream()
            .mapToDouble(count -> count.getAsDouble())
            .toArray();
    double sum = 0;
    for (double count : counts) {
      sum += count;
    }
    assertThat(sum).isPositive();
    for (int i = 0; i < counts.length; i++) {
      counts[i] /= sum;
    }
    return counts;
  }

  @Test
  void answers_are_judged_by_the_true_label() throws Exception {
    List<String> labels = version().labels();
    List<JsonObject> answers =
        answers(
            List.of(
                picture(3, 2, labels.get(2)),
                picture(3, 2, labels.get(1)),
                round("\"policy\":\"last\"")));
    double right = answers.get(2).get("right").getAsDouble();
    double labelled = answers.get(2).get("labelled").getAsDouble();
    assertThat(labelled).isPositive();
    assertThat(right / labelled).isBetween(0.4, 0.6);
  }

  @Test
  void wrong_commands_are_answered_and_the_next_one_is_taken() throws Exception {
    List<JsonObject> answers =
        answers(
            List.of(
                "no json",
                "{}",
                "[]",
                "{\"picture\":{}}",
                "{\"picture\":{\"form\":\"jpeg\",\"data\":\"AAAA\"}}",
                "{\"picture\":{\"form\":\"odd\",\"shape\":[1],\"data\":\"AAAA\"}}",
                round("\"policy\":\"last\""),
                picture(1, 0, "x"),
                round("\"policy\":\"sure\""),
                round("\"exits\":[0.5,0.5],\"seed\":1"),
                "{\"round\":{}}",
                round("\"policy\":\"last\"")));
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).has("error")).as("answer %d", i).isEqualTo(i != 7 && i != 11);
      if (i != 7 && i != 11) {
        assertThat(answers.get(i).get("error").getAsString()).contains("(expected: ");
      }
    }
  }

  @Test
  void a_model_that_is_not_there_is_one_line() {
    StringWriter err = new StringWriter();
    int status =
        ServerMain.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "raw-chain",
            "none",
            "--models",
            models.toString());
    assertThat(status).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains("(expected: ");
  }
}
