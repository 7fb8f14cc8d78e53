package ai.dvt.exporter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.dvt.exporter.bundle.GoldenFiles;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {
  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ExporterMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @BeforeEach
  void copyOneCase() throws IOException {
    JsonObject index =
        JsonParser.parseString(Files.readString(GoldenFiles.folder().resolve("index.json")))
            .getAsJsonObject();
    JsonArray kept = new JsonArray();
    for (JsonElement each : index.getAsJsonArray("cases")) {
      if (each.getAsJsonObject().get("name").getAsString().equals("t2t")) {
        kept.add(each);
      }
    }
    index.add("cases", kept);
    Files.writeString(folder.resolve("index.json"), index.toString());
    for (String name : List.of("t2t.pth.tar", "t2t.logits.npy", "input.npy")) {
      Files.copy(GoldenFiles.folder().resolve(name), folder.resolve(name));
    }
  }

  @Test
  void a_table_has_a_row_for_each_tensor_and_flavour() {
    assertThat(run("verify", "--golden", folder.toString())).isZero();
    assertThat(out.toString().lines())
        .anyMatch(line -> line.matches("t2t +portable +logits +2x10 +\\S+e-0\\d +1.00e-04 +ok"))
        .anyMatch(line -> line.matches("t2t +cpu +logits +2x10 +\\S+e-0\\d +1.00e-04 +ok"))
        .anyMatch(line -> line.equals("2 compared, 2 ok, 0 failed"))
        .anyMatch(line -> line.contains("'sweep'") && line.contains("not compared"));
  }

  @Test
  void one_flavour_and_json_are_options() {
    assertThat(run("verify", "--golden", folder.toString(), "--flavour", "cpu", "--json")).isZero();
    JsonObject report = JsonParser.parseString(out.toString()).getAsJsonObject();
    assertThat(report.get("passed").getAsBoolean()).isTrue();
    JsonObject row = report.getAsJsonArray("tensors").get(0).getAsJsonObject();
    assertThat(report.getAsJsonArray("tensors")).hasSize(1);
    assertThat(row.get("case").getAsString()).isEqualTo("t2t");
    assertThat(row.get("tensor").getAsString()).isEqualTo("logits");
    assertThat(row.get("shape").toString()).isEqualTo("[2,10]");
    assertThat(row.get("max_abs_error").getAsDouble()).isLessThan(1e-4);
    assertThat(row.get("tolerance").getAsDouble()).isEqualTo(1e-4);
    assertThat(row.get("verdict").getAsString()).isEqualTo("ok");
  }

  @Test
  void a_failure_is_status_1() throws IOException {
    Files.delete(folder.resolve("t2t.logits.npy"));
    assertThat(run("verify", "--golden", folder.toString(), "--flavour", "cpu")).isEqualTo(1);
    assertThat(out.toString()).contains("FAILED (not compared: file t2t.logits.npy: absent");
    assertThat(run("verify", "--golden", folder.toString(), "--flavour", "cpu", "--json"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("\"passed\": false");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void a_folder_without_index_is_one_line() {
    assertThat(run("verify", "--golden", folder.resolve("absent").toString())).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().startsWith("error: ");
  }
}
