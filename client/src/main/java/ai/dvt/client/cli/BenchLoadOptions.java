package ai.dvt.client.cli;

import ai.dvt.client.call.Priority;
import ai.dvt.client.load.arrivals.Arrivals;
import ai.dvt.client.load.arrivals.Trace;
import ai.dvt.client.load.report.Extras;
import ai.dvt.client.load.rounds.Connector;
import ai.dvt.client.load.rounds.ServerSide.Clients;
import ai.dvt.client.load.rounds.Setting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Option;

/** How {@code bench} sends images. */
final class BenchLoadOptions {
  private static final String REPLAY = "replay:";
  private static final int DEFAULT_CONCURRENCY = 32;

  /** How a closed loop calls. */
  enum Call {
    STREAM,
    UNARY
  }

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      split = ",",
      description =
          "Closed loop: images on the way, over all clients (default: "
              + DEFAULT_CONCURRENCY
              + ").")
  private List<Integer> concurrency;

  @Option(
      names = "--rate",
      paramLabel = "N",
      split = ",",
      description =
          "Open loop: images a second, sent whether or not others are answered; latency runs from"
              + " the scheduled arrival.")
  private List<Double> rates;

  @Option(
      names = "--arrivals",
      paramLabel = "KIND",
      description =
          "Open loop: poisson (default), bursty (a fifth of every second brings four fifths of its"
              + " images) or replay:FILE (a line an arrival, seconds since the start; with --rate"
              + " stretched to it).")
  private String arrivals;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "1",
      description = "Connections (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--call",
      paramLabel = "KIND",
      description =
          "stream: a closed loop's clients send all images in one stream each (default); unary: a"
              + " call an image, as open loops always do.")
  private Call call = Call.STREAM;

  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "gRPC deadline of every unary call, e.g. 50ms (default: none).")
  private Duration deadline;

  @Option(
      names = "--priority",
      paramLabel = "KIND",
      description = "Of every image: interactive (default) or batch.")
  private Priority priority = Priority.INTERACTIVE;

  @Option(
      names = "--objective",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      defaultValue = "100ms",
      description = "Goodput counts answers within it (default: ${DEFAULT-VALUE}).")
  private Duration objective;

  @Option(
      names = "--parts",
      description =
          "Also report where the time of answers went: in stages, waiting for them, and beside.")
  private boolean parts;

  /**
   * @param connector to the servers
   */
  Clients clients(Connector connector) {
    boolean stream = call == Call.STREAM && !open();
    if (stream && deadline != null) {
      throw new IllegalArgumentException(
          "--deadline: " + deadline + " (expected: with --call unary or --rate)");
    }
    return new Clients(clients, stream, Optional.ofNullable(deadline), priority, connector);
  }

  /** What is reported beside the usual figures. */
  Extras extras() {
    return new Extras(deadline != null, parts);
  }

  boolean open() {
    return rates != null || arrivals != null;
  }

  Duration objective() {
    return objective;
  }

  /** The settings to sweep over, without points. */
  List<Setting> settings() throws IOException {
    List<Setting> settings = new ArrayList<>();
    if (!open()) {
      for (int images :
          concurrency == null ? List.of(Math.max(DEFAULT_CONCURRENCY, clients)) : concurrency) {
        if (images < clients) {
          throw new IllegalArgumentException(
              "--concurrency: " + images + " (expected: >= " + clients + ", an image a client)");
        }
        settings.add(Setting.closed(images));
      }
      return settings;
    }
    if (concurrency != null) {
      throw new IllegalArgumentException(
          "--concurrency: " + concurrency + " (expected: not with --rate or --arrivals)");
    }
    String kind = arrivals == null ? "poisson" : arrivals;
    if (kind.startsWith(REPLAY)) {
      Trace trace = Trace.read(Path.of(kind.substring(REPLAY.length())));
      if (rates == null) {
        return List.of(Setting.open("replay", trace, OptionalDouble.empty()));
      }
      for (double rate : rates) {
        OptionalDouble wanted = OptionalDouble.of(checked(rate));
        settings.add(Setting.open("replay", trace.at(wanted), wanted));
      }
      return settings;
    }
    if (rates == null) {
      throw new IllegalArgumentException("--arrivals: " + kind + " (expected: with --rate)");
    }
    for (double rate : rates) {
      settings.add(Setting.open(kind, arrivals(kind, checked(rate)), OptionalDouble.of(rate)));
    }
    return settings;
  }

  private static Arrivals arrivals(String kind, double rate) {
    return switch (kind) {
      case "poisson" -> Arrivals.poisson(rate);
      case "bursty" -> Arrivals.bursty(rate);
      default ->
          throw new IllegalArgumentException(
              "--arrivals: " + kind + " (expected: poisson, bursty or replay:FILE)");
    };
  }

  private static double checked(double rate) {
    if (!(rate > 0 && rate <= 1e6)) {
      throw new IllegalArgumentException("--rate: " + rate + " (expected: 0 < rate <= 1e6)");
    }
    return rate;
  }
}
