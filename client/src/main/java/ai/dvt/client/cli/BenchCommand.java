package ai.dvt.client.cli;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ForcedExits;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.load.energy.EnergyMeter;
import ai.dvt.client.load.pictures.PictureSource;
import ai.dvt.client.load.report.BenchFiles;
import ai.dvt.client.load.report.BenchJson;
import ai.dvt.client.load.report.EarlierBench;
import ai.dvt.client.load.rounds.Comparison;
import ai.dvt.client.load.rounds.Environment;
import ai.dvt.client.load.rounds.ServerSide;
import ai.dvt.client.load.rounds.Setting;
import ai.dvt.client.load.rounds.Side;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dvt bench}: measures one model, or two in turns, under load. */
@Command(
    name = "bench",
    description = {
      "Measures model A, or A and B in interleaved rounds, under load.",
      "The ratio is A's throughput over B's inside each pair of rounds: median and 95 %% interval by"
          + " order statistics."
    },
    sortOptions = false)
final class BenchCommand implements Callable<Integer> {
  private static final long SEED = 1;

  /** One of the two. */
  enum SideName {
    A,
    B
  }

  @Spec private CommandSpec spec;
  @Mixin private HelpOption help;
  @Mixin private BenchServers servers;

  @Option(
      names = "--model",
      paramLabel = "NAME[/VERSION]",
      description = "Model A (default: the only one served).")
  private String model;

  @Option(names = "--against", paramLabel = "NAME[/VERSION]", description = "Model B.")
  private String against;

  @Option(
      names = "--policy",
      paramLabel = "TEXT",
      description = "When A's images may leave (default: the model's).")
  private String policyA;

  @Option(names = "--policy-b", paramLabel = "TEXT", description = "The same for B.")
  private String policyB;

  @Option(
      names = "--points",
      paramLabel = "NAME",
      split = ",",
      description = "Sweep over these operating points of A, or over 'all'.")
  private List<String> points;

  @Option(
      names = "--exits",
      paramLabel = "SHARE,...",
      description =
          "Exits by lot, e.g. 0.60,0.25,0.15: a hash of the image's number picks its exit, whatever"
              + " the exits say. A model of one exit ignores it.")
  private String exits;

  @Option(
      names = "--raw-chain",
      arity = "0..1",
      paramLabel = "A|B",
      fallbackValue = "B",
      description =
          "This side (default: B) is not a server but the model's stages in a plain loop over full"
              + " batches, with the server's threads and batch size; B's model is A's unless"
              + " --against names one.")
  private SideName rawChain;

  @Mixin private BenchLoadOptions load;
  @Mixin private BenchPictureOptions pictures;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "9",
      description = "Rounds of each side at each setting (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Length of a round (default: ${DEFAULT-VALUE}); the first fifth of a closed loop's does"
              + " not count.")
  private double seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "2",
      description = "Seconds before the rounds of each setting (default: ${DEFAULT-VALUE}).")
  private double warmUp;

  @Option(names = "--seed", paramLabel = "N", description = "Of everything random (default: 1).")
  private long seed = SEED;

  @Option(names = "--json", description = "Print one JSON document.")
  private boolean json;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description =
          "Also write bench.json, bench.csv (every round) and plots there: throughput and latency"
              + " against load, accuracy against throughput.")
  private Path output;

  @Option(
      names = "--beside",
      paramLabel = "DIR",
      split = ",",
      description =
          "Outputs of earlier runs on this machine: their models are drawn beside in accuracy"
              + " against throughput (with --output).")
  private List<Path> beside = List.of();

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Comparison.Rules rules = rules();
    List<EarlierBench> earlier = earlier();
    List<Setting> loads = load.settings();
    ServerSide.Clients clients = load.clients(servers.connector());
    PictureSource source = pictures.source(seed);
    try (BenchServers.Servers open =
            servers.open(serversNeeded(), rawChain != null, nameOf(model), nameOf(against));
        BenchSides sides = new BenchSides(open, servers, clients, source, pictures.form());
        EnergyMeter energy = EnergyMeter.open()) {
      open(open, sides);
      Side a = sides.a();
      Optional<Side> b = sides.b();
      Comparison comparison =
          new Comparison(a, b, rules, new RoundsBar(spec.commandLine().getErr()), energy::joules);
      List<Comparison.Result> results = comparison.run(settings(loads, a));
      JsonObject report =
          BenchJson.of(
              results,
              Environment.of(a.model()),
              b.map(side -> Environment.of(side.model())),
              energy.counters(),
              load.extras());
      if (output != null) {
        BenchFiles.write(output, report, results, a.name(), b.map(Side::name).orElse(""), earlier)
            .ifPresent(problem -> spec.commandLine().getErr().println("dvt: " + problem));
      }
      if (json) {
        out.println(BenchJson.text(report));
      } else {
        BenchTable.print(results, load.extras(), out);
      }
    }
    return ExitCode.OK;
  }

  private List<EarlierBench> earlier() throws IOException {
    if (!beside.isEmpty() && output == null) {
      throw new IllegalArgumentException("--beside: " + beside + " (expected: with --output)");
    }
    List<EarlierBench> earlier = new ArrayList<>();
    for (Path folder : beside) {
      earlier.add(EarlierBench.read(folder));
    }
    return earlier;
  }

  private boolean serversNeeded() {
    return rawChain != SideName.A || against != null;
  }

  /** Servers first: a raw chain runs with a server's settings. */
  private void open(BenchServers.Servers open, BenchSides sides) throws IOException {
    boolean two = against != null || rawChain == SideName.B || !open.a().equals(open.b());
    if (rawChain != SideName.A) {
      sides.openServerA(model == null ? sides.onlyModel() : parsed(model));
    } else if (model == null) {
      throw new IllegalArgumentException("--raw-chain: A (expected: with --model)");
    }
    Optional<ModelId> other = Optional.ofNullable(against).map(BenchCommand::parsed);
    if (two && rawChain != SideName.B) {
      sides.openServerB(other.orElseGet(() -> sides.a().model().model()));
    }
    if (rawChain == SideName.A) {
      sides.openRawChainA(parsed(model));
    } else if (rawChain == SideName.B) {
      sides.openRawChainB(other.orElseGet(() -> sides.a().model().model()));
    }
  }

  private static Optional<String> nameOf(String model) {
    return Optional.ofNullable(model).map(name -> parsed(name).name());
  }

  private static ModelId parsed(String name) {
    String[] parts = name.split("/", 2);
    return parts.length == 1 ? ModelId.latest(name) : ModelId.of(parts[0], parts[1]);
  }

  private Comparison.Rules rules() {
    if (exits != null && (policyA != null || policyB != null || points != null)) {
      throw new IllegalArgumentException(
          "--exits: " + exits + " (expected: not with --policy, --policy-b or --points)");
    }
    if (points != null && policyA != null) {
      throw new IllegalArgumentException("--points: " + points + " (expected: not with --policy)");
    }
    return new Comparison.Rules(
        rounds,
        time("seconds", seconds),
        warmUp == 0 ? Duration.ZERO : time("warm-up", warmUp),
        Optional.ofNullable(policyA).map(ExitPolicy::parse),
        Optional.ofNullable(policyB).map(ExitPolicy::parse),
        Optional.ofNullable(exits).map(text -> ForcedExits.parse(text, seed)),
        Optional.of(load.objective()),
        seed);
  }

  private static Duration time(String name, double value) {
    if (!(value > 0 && value <= 86_400)) {
      throw new IllegalArgumentException(
          "--" + name + ": " + value + " (expected: seconds, at most a day)");
    }
    return Duration.ofNanos(Math.round(value * 1e9));
  }

  private List<Setting> settings(List<Setting> loads, Side a) {
    if (points == null) {
      return loads;
    }
    List<String> names =
        points.equals(List.of("all"))
            ? a.model().points().stream().map(OperatingPoint::name).toList()
            : points;
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "--points: all (expected: a model with operating points; 'dvt calibrate' makes them)");
    }
    List<Setting> settings = new ArrayList<>();
    for (String name : names) {
      loads.forEach(setting -> settings.add(setting.at(name)));
    }
    return settings;
  }
}
