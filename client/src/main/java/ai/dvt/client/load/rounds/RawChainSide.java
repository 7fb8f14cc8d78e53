package ai.dvt.client.load.rounds;

import ai.dvt.cascade.v1.DescribeModelResponse;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.Picture;
import ai.dvt.client.load.RawChainProcess;
import ai.dvt.client.load.figures.Round;
import ai.dvt.client.load.pictures.LoadPicture;
import ai.dvt.client.load.pictures.PictureForm;
import ai.dvt.client.load.pictures.PictureSource;
import ai.dvt.client.message.Replies;
import ai.dvt.client.message.Requests;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.LongStream;

/**
 * A model's stages in a plain loop over full batches, in a process of their own: the same pictures,
 * policies and exits as a server gets, without its queues and its network. Concurrency means
 * nothing here. Pictures are decoded before the rounds.
 */
public final class RawChainSide implements Side {
  private static final Gson GSON = new Gson();

  private final RawChainProcess process;
  private final ModelDescription model;

  private RawChainSide(RawChainProcess process, ModelDescription model) {
    this.process = process;
    this.model = model;
  }

  /**
   * Starts the process and gives it the pictures.
   *
   * @param home the installation's folder
   * @param folder the model's
   * @param settings those of a server, to run alike
   * @param provider options that say what runs the stages
   */
  public static RawChainSide start(
      Path home,
      Path folder,
      Optional<ModelDescription.Execution> settings,
      List<String> provider,
      PictureSource source,
      PictureForm form)
      throws IOException {
    List<String> arguments = new ArrayList<>(provider);
    settings
        .filter(execution -> execution.workers() > 0)
        .ifPresent(
            execution ->
                arguments.addAll(
                    List.of(
                        "--workers=" + execution.workers(),
                        "--threads=" + execution.threadsPerRun(),
                        "--max-batch=" + execution.maxBatch())));
    RawChainProcess process = RawChainProcess.start(home, folder, arguments);
    try {
      RawChainSide side = new RawChainSide(process, described(process.description()));
      for (LoadPicture picture :
          source.pictures(side.model.manifest().preprocessing(), side.model.labels(), form)) {
        side.ask(command(picture));
      }
      return side;
    } catch (IOException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  private static ModelDescription described(String json) {
    DescribeModelResponse.Builder message = DescribeModelResponse.newBuilder();
    try {
      JsonFormat.parser().ignoringUnknownFields().merge(json, message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(
          "raw chain: \"" + json + "\" (expected: its model's description)", e);
    }
    return Replies.description(message.build());
  }

  private static JsonObject command(LoadPicture picture) {
    JsonObject content = new JsonObject();
    byte[] data;
    if (picture.picture() instanceof Picture.Encoded encoded) {
      content.addProperty("form", name(PictureForm.JPEG));
      data = encoded.file();
    } else {
      boolean pixels = picture.picture() instanceof Picture.Pixels;
      content.addProperty("form", name(pixels ? PictureForm.UINT8 : PictureForm.FLOAT32));
      var tensor = Requests.image(picture.picture()).getTensor();
      JsonArray shape = new JsonArray();
      tensor.getShapeList().forEach(shape::add);
      content.add("shape", shape);
      data = tensor.getData().toByteArray();
    }
    content.addProperty("data", Base64.getEncoder().encodeToString(data));
    JsonObject command = new JsonObject();
    command.add("picture", content);
    picture.truth().ifPresent(truth -> command.addProperty("truth", truth));
    return command;
  }

  private static String name(PictureForm form) {
    return form.name().toLowerCase(Locale.ROOT);
  }

  private JsonObject ask(JsonObject command) {
    JsonObject answer = JsonParser.parseString(process.ask(GSON.toJson(command))).getAsJsonObject();
    if (answer.has("error")) {
      throw new IllegalArgumentException("raw chain: " + answer.get("error").getAsString());
    }
    return answer;
  }

  @Override
  public String name() {
    return "raw chain of " + model.model();
  }

  @Override
  public ModelDescription model() {
    return model;
  }

  /** What a round of the process counted, by its field names. */
  private record Figures(
      double seconds,
      long[] exitCounts,
      long right,
      long labelled,
      long[] latencyNanos,
      long allAnswers) {}

  @Override
  public Round run(RoundPlan plan) {
    if (!(plan.load() instanceof Load.Closed)) {
      throw new IllegalArgumentException(
          "raw chain: an open loop (expected: a closed one, without --rate and --arrivals)");
    }
    JsonObject round = new JsonObject();
    round.addProperty("seconds", plan.length().toNanos() / 1e9);
    round.addProperty("ramp", plan.ramp().toNanos() / 1e9);
    round.addProperty("firstImage", plan.firstImage());
    plan.policy().ifPresent(policy -> round.addProperty("policy", policy.toString()));
    plan.exits()
        .ifPresent(
            exits -> {
              round.add("exits", GSON.toJsonTree(exits.shares()));
              round.addProperty("seed", exits.seed());
            });
    JsonObject command = new JsonObject();
    command.add("round", round);
    OptionalDouble before = process.cpuSeconds();
    Figures figures = GSON.fromJson(ask(command), Figures.class);
    OptionalDouble after = process.cpuSeconds();
    long objective = plan.objective().map(o -> o.toNanos()).orElse(Long.MAX_VALUE);
    return new Round(
        figures.seconds(),
        figures.latencyNanos().length,
        LongStream.of(figures.latencyNanos()).filter(nanos -> nanos <= objective).count(),
        figures.latencyNanos(),
        figures.exitCounts(),
        figures.right(),
        figures.labelled(),
        Map.of(),
        new long[0],
        figures.allAnswers(),
        before.isPresent() && after.isPresent()
            ? OptionalDouble.of(after.getAsDouble() - before.getAsDouble())
            : OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  @Override
  public void close() {
    process.close();
  }
}
