package ai.dvt.client.load.rounds;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.ForcedExits;
import ai.dvt.client.load.figures.MedianInterval;
import ai.dvt.client.load.figures.Round;
import ai.dvt.client.load.figures.SideFigures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Rounds of A and B in turns, at every setting: a machine that slows down slows both, and the ratio
 * is taken inside each pair of rounds.
 */
public final class Comparison {
  /** Apart enough that rounds take different pictures; a prime, so that they wander. */
  private static final long IMAGES_A_ROUND = 1_000_003;

  private static final double RAMP_SHARE = 0.2;
  private static final Duration LONGEST_RAMP = Duration.ofSeconds(2);

  /**
   * How a comparison runs.
   *
   * @param rounds of each side at each setting
   * @param length of a round
   * @param warmUp of each side at each setting; zero: none
   * @param policyA empty: the model's default
   * @param exits instead of policies, for models of more than one exit
   */
  public record Rules(
      int rounds,
      Duration length,
      Duration warmUp,
      Optional<ExitPolicy> policyA,
      Optional<ExitPolicy> policyB,
      Optional<ForcedExits> exits,
      Optional<Duration> objective,
      long seed) {
    public Rules {
      if (rounds < 1) {
        throw new IllegalArgumentException("rounds: " + rounds + " (expected: >= 1)");
      }
    }
  }

  /**
   * What was measured at one setting.
   *
   * @param ratio throughput of A over B; empty without B, or where B answered nothing in a round
   */
  public record Result(
      Setting setting,
      Optional<MedianInterval> ratio,
      SideFigures a,
      Optional<SideFigures> b,
      List<Round> roundsA,
      List<Round> roundsB) {}

  /** Hears of rounds done, warm-ups included. */
  @FunctionalInterface
  public interface Progress {
    void at(int done, int total, String what);
  }

  private final Side a;
  private final Optional<Side> b;
  private final Rules rules;
  private final Progress progress;
  private final Supplier<OptionalDouble> joules;
  private int done;
  private int total;

  /** Without a counter of energy. */
  public Comparison(Side a, Optional<Side> b, Rules rules, Progress progress) {
    this(a, b, rules, progress, OptionalDouble::empty);
  }

  /**
   * @param joules of this machine so far; taken for sides that run on it
   */
  public Comparison(
      Side a, Optional<Side> b, Rules rules, Progress progress, Supplier<OptionalDouble> joules) {
    this.joules = joules;
    this.a = a;
    this.b = b;
    this.rules = rules;
    this.progress = progress;
    check(a, rules.policyA());
    b.ifPresent(side -> check(side, rules.policyB()));
  }

  private void check(Side side, Optional<ExitPolicy> policy) {
    policy.ifPresent(side.model()::bind);
    rules
        .exits()
        .filter(exits -> side.exits() > 1 && exits.shares().size() != side.exits())
        .ifPresent(
            exits -> {
              throw new IllegalArgumentException(
                  "exits: "
                      + exits.shares().size()
                      + " shares (expected: "
                      + side.exits()
                      + ", one an exit of "
                      + side.name()
                      + ")");
            });
  }

  /** Measures all settings in order. */
  public List<Result> run(List<Setting> settings) throws InterruptedException {
    for (Setting setting : settings) {
      setting.point().map(ExitRule.AtPoint::new).map(ExitPolicy::of).ifPresent(a.model()::bind);
    }
    int warmUps = rules.warmUp().isZero() ? 0 : 1;
    total = settings.size() * (warmUps + rules.rounds()) * (b.isPresent() ? 2 : 1);
    List<Result> results = new ArrayList<>();
    for (Setting setting : settings) {
      results.add(measure(setting));
    }
    return results;
  }

  private Result measure(Setting setting) throws InterruptedException {
    List<Round> roundsA = new ArrayList<>();
    List<Round> roundsB = new ArrayList<>();
    if (!rules.warmUp().isZero()) {
      run(a, policyA(setting), setting, rules.warmUp(), -1);
      if (b.isPresent()) {
        run(b.get(), rules.policyB(), setting, rules.warmUp(), -1);
      }
    }
    for (int round = 0; round < rules.rounds(); round++) {
      roundsA.add(run(a, policyA(setting), setting, rules.length(), round));
      if (b.isPresent()) {
        roundsB.add(run(b.get(), rules.policyB(), setting, rules.length(), round));
      }
    }
    return new Result(
        setting,
        ratio(roundsA, roundsB),
        SideFigures.of(roundsA),
        b.map(side -> SideFigures.of(roundsB)),
        roundsA,
        roundsB);
  }

  private Optional<ExitPolicy> policyA(Setting setting) {
    Optional<ExitPolicy> atPoint =
        setting.point().map(point -> ExitPolicy.of(new ExitRule.AtPoint(point)));
    return atPoint.isPresent() ? atPoint : rules.policyA();
  }

  /**
   * @param round from 0; -1 for the warm-up
   */
  private Round run(
      Side side, Optional<ExitPolicy> policy, Setting setting, Duration length, int round)
      throws InterruptedException {
    progress.at(done++, total, side.name());
    OptionalDouble before = joules.get();
    Duration ramp = Duration.ofNanos((long) (length.toNanos() * RAMP_SHARE));
    Round measured =
        side.run(
            new RoundPlan(
                setting.load(length, rules.seed() + round),
                length,
                ramp.compareTo(LONGEST_RAMP) > 0 ? LONGEST_RAMP : ramp,
                (round + 1) * IMAGES_A_ROUND,
                policy,
                rules.exits().filter(exits -> side.exits() > 1),
                rules.objective()));
    OptionalDouble after = joules.get();
    progress.at(done, total, side.name());
    boolean here = measured.cpuSeconds().isPresent();
    return here && before.isPresent() && after.isPresent()
        ? measured.metered(
            measured.cpuSeconds(), OptionalDouble.of(after.getAsDouble() - before.getAsDouble()))
        : measured;
  }

  private static Optional<MedianInterval> ratio(List<Round> roundsA, List<Round> roundsB) {
    if (roundsB.isEmpty() || roundsB.stream().anyMatch(round -> round.answers() == 0)) {
      return Optional.empty();
    }
    double[] ratios = new double[roundsA.size()];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = roundsA.get(round).imagesPerSecond() / roundsB.get(round).imagesPerSecond();
    }
    return Optional.of(MedianInterval.of(ratios));
  }
}
