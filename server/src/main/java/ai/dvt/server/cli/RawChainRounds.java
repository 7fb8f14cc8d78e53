package ai.dvt.server.cli;

import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ForcedExits;
import ai.dvt.server.engine.InputRow;
import ai.dvt.server.evaluation.RawChain;
import ai.dvt.server.evaluation.RawRounds;
import ai.dvt.server.image.InputRows;
import ai.dvt.server.image.PictureException;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.Device;
import ai.dvt.server.runtime.RowWriter;
import ai.dvt.server.runtime.StageException;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The commands of {@code raw-chain}: pictures to keep, rounds to run; a line of JSON each. */
final class RawChainRounds {
  private final ModelVersion version;
  private final Device device;
  private final CascadeSessions sessions;
  private final InputRows rows;
  private final int workers;
  private final List<RowWriter> pictures = new ArrayList<>();

  /** Class numbers; -1: unknown. */
  private final List<Integer> truths = new ArrayList<>();

  RawChainRounds(
      ModelVersion version, Device device, CascadeSessions sessions, InputRows rows, int workers) {
    this.version = version;
    this.device = device;
    this.sessions = sessions;
    this.rows = rows;
    this.workers = workers;
  }

  /** Answers commands until there are no more; a wrong one is answered with its error. */
  void serve(BufferedReader commands, PrintWriter out) throws IOException, InterruptedException {
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      JsonElement answer;
      try {
        answer = answer(JsonParser.parseString(line).getAsJsonObject());
      } catch (PictureException | StageException | IllegalArgumentException e) {
        answer = error(e.getMessage());
      } catch (JsonParseException
          | IllegalStateException
          | UnsupportedOperationException
          | NullPointerException e) {
        answer = error("command: " + e.getMessage() + " (expected: one as --help shows)");
      }
      out.println(answer);
      out.flush();
    }
  }

  private static JsonObject error(String message) {
    JsonObject object = new JsonObject();
    object.addProperty("error", message);
    return object;
  }

  private JsonElement answer(JsonObject command)
      throws PictureException, StageException, InterruptedException {
    if (command.has("picture")) {
      JsonObject picture = command.getAsJsonObject("picture");
      ByteBuffer bytes =
          ByteBuffer.wrap(Base64.getDecoder().decode(picture.get("data").getAsString()));
      InputRow row = row(picture, bytes);
      pictures.add(row);
      truths.add(
          command.has("truth") ? version.labels().indexOf(command.get("truth").getAsString()) : -1);
      JsonObject kept = new JsonObject();
      kept.addProperty("pictures", pictures.size());
      return kept;
    }
    if (command.has("round")) {
      return new Gson().toJsonTree(round(command.getAsJsonObject("round")));
    }
    throw new IllegalArgumentException(
        "command: " + command.keySet() + " (expected: picture, round)");
  }

  private InputRow row(JsonObject picture, ByteBuffer bytes) throws PictureException {
    String form = picture.get("form").getAsString();
    if (form.equals("jpeg")) {
      return rows.encoded(bytes);
    }
    List<Long> shape = new ArrayList<>();
    picture.getAsJsonArray("shape").forEach(side -> shape.add(side.getAsLong()));
    return switch (form) {
      case "uint8" -> rows.pixels(shape, bytes);
      case "float32" -> rows.normalised(shape, bytes);
      default ->
          throw new IllegalArgumentException(
              "form: " + form + " (expected: jpeg, uint8 or float32)");
    };
  }

  private RawRounds.Figures round(JsonObject round) throws StageException, InterruptedException {
    return new RawRounds(device, sessions, workers, pictures)
        .run(
            time(round, "seconds"),
            time(round, "ramp"),
            round.get("firstImage").getAsLong(),
            exits(round),
            (image, logits) -> {
              int truth = truths.get((int) (image % truths.size()));
              return truth < 0 ? -1 : ExitOutcome.ofLogits(1, logits).index() == truth ? 1 : 0;
            });
  }

  private static Duration time(JsonObject round, String name) {
    double seconds = round.get(name).getAsDouble();
    if (!(seconds >= 0 && seconds <= 86_400)) {
      throw new IllegalArgumentException(name + ": " + seconds + " (expected: seconds)");
    }
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  private RawChain.Exits exits(JsonObject round) {
    int exits = sessions.variant().stages().size();
    if (round.has("exits") && exits > 1) {
      List<Double> shares = new ArrayList<>();
      round.getAsJsonArray("exits").forEach(share -> shares.add(share.getAsDouble()));
      ForcedExits forced = new ForcedExits(shares, round.get("seed").getAsLong());
      if (shares.size() != exits) {
        throw new IllegalArgumentException(
            "exits: " + shares + " (expected: " + exits + " shares)");
      }
      return (image, exit, logits) -> forced.exit(image) == exit;
    }
    ExitPolicy policy =
        round.has("policy")
            ? ExitPolicy.parse(round.get("policy").getAsString())
            : version.defaultPolicy();
    BoundPolicy bound = BoundPolicy.of(policy, sessions.variant().gflops(), version::thresholds);
    return (image, exit, logits) ->
        bound.decide(ExitOutcome.ofLogits(exit, logits), BoundPolicy.Circumstances.CALM)
            instanceof ExitDecision.Answer;
  }
}
