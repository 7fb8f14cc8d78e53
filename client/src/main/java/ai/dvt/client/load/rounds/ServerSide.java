package ai.dvt.client.load.rounds;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.Priority;
import ai.dvt.client.load.figures.Round;
import ai.dvt.client.load.pictures.LoadPicture;
import ai.dvt.client.load.pictures.PictureForm;
import ai.dvt.client.load.pictures.PictureSource;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A model on a server, with the connections of its clients. */
public final class ServerSide implements Side {
  private static final long CLOSE_SECONDS = 5;

  /**
   * How clients call.
   *
   * @param clients connections
   * @param stream whether a closed loop's clients send all images in one stream; an open loop's
   *     never do
   * @param deadline of a call with one image
   * @param priority of every image
   * @param connector opens the connections
   */
  public record Clients(
      int clients,
      boolean stream,
      Optional<Duration> deadline,
      Priority priority,
      Connector connector) {
    /** Interactive, plaintext. */
    public Clients(int clients, boolean stream, Optional<Duration> deadline) {
      this(clients, stream, deadline, Priority.INTERACTIVE, Connector.PLAIN);
    }

    public Clients {
      if (clients < 1) {
        throw new IllegalArgumentException("clients: " + clients + " (expected: >= 1)");
      }
    }
  }

  private final ModelDescription model;
  private final ImageMessages messages;
  private final Clients clients;
  private final Supplier<OptionalDouble> cpuSeconds;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private ServerSide(
      ModelDescription model,
      List<LoadPicture> pictures,
      Clients clients,
      Supplier<OptionalDouble> cpuSeconds) {
    this.model = model;
    this.messages =
        new ImageMessages(
            model.model(), model.variantInUse().stages().size(), pictures, clients.priority());
    this.clients = clients;
    this.cpuSeconds = cpuSeconds;
  }

  /**
   * Asks for the model, makes its pictures and opens the connections.
   *
   * @param target {@code host:port}
   * @param cpuSeconds what the server's process has spent so far; empty for a foreign one
   */
  public static ServerSide open(
      String target,
      ModelId model,
      PictureSource source,
      PictureForm form,
      Clients clients,
      Supplier<OptionalDouble> cpuSeconds)
      throws IOException {
    ModelDescription description;
    try (CascadeClient client = clients.connector().client(target)) {
      description = client.describe(model);
    }
    List<LoadPicture> pictures =
        source.pictures(description.manifest().preprocessing(), description.labels(), form);
    ServerSide side = new ServerSide(description, pictures, clients, cpuSeconds);
    for (int client = 0; client < clients.clients(); client++) {
      side.channels.add(clients.connector().connect(target));
    }
    return side;
  }

  @Override
  public String name() {
    return model.model().toString();
  }

  @Override
  public ModelDescription model() {
    return model;
  }

  @Override
  public Round run(RoundPlan plan) throws InterruptedException {
    OptionalDouble before = cpuSeconds.get();
    List<Caller> callers = new ArrayList<>();
    Round round;
    try {
      if (plan.load() instanceof Load.Open open) {
        channels.forEach(c -> callers.add(new UnaryCaller(c, messages, plan, clients.deadline())));
        round = OpenLoop.run(callers, messages, exits(), plan, open);
      } else {
        for (ManagedChannel channel : channels) {
          callers.add(
              clients.stream()
                  ? new StreamCaller(channel, messages, plan)
                  : new UnaryCaller(channel, messages, plan, clients.deadline()));
        }
        round = ClosedLoop.run(callers, messages, exits(), plan, (Load.Closed) plan.load());
      }
    } finally {
      callers.forEach(Caller::close);
    }
    OptionalDouble after = cpuSeconds.get();
    return round.metered(
        before.isPresent() && after.isPresent()
            ? OptionalDouble.of(after.getAsDouble() - before.getAsDouble())
            : OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    for (ManagedChannel channel : channels) {
      try {
        channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
