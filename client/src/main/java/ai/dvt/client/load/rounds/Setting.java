package ai.dvt.client.load.rounds;

import ai.dvt.client.load.arrivals.Arrivals;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * One point of a sweep.
 *
 * @param concurrency of a closed loop
 * @param arrivalsName of an open loop, for people
 * @param arrivals of an open loop
 * @param rate of an open loop, images a second on average; empty for a trace as recorded
 * @param point A's operating point, where these are swept
 */
public record Setting(
    OptionalInt concurrency,
    Optional<String> arrivalsName,
    Optional<Arrivals> arrivals,
    OptionalDouble rate,
    Optional<String> point) {

  /** A closed loop. */
  public static Setting closed(int concurrency) {
    return new Setting(
        OptionalInt.of(concurrency),
        Optional.empty(),
        Optional.empty(),
        OptionalDouble.empty(),
        Optional.empty());
  }

  /** An open loop. */
  public static Setting open(String name, Arrivals arrivals, OptionalDouble rate) {
    return new Setting(
        OptionalInt.empty(), Optional.of(name), Optional.of(arrivals), rate, Optional.empty());
  }

  /** The same at an operating point. */
  public Setting at(String name) {
    return new Setting(concurrency, arrivalsName, arrivals, rate, Optional.of(name));
  }

  /** Concurrency or rate; a trace as recorded has none. */
  public OptionalDouble load() {
    return concurrency.isPresent() ? OptionalDouble.of(concurrency.getAsInt()) : rate;
  }

  /** The load of a round; both sides of a round get the same. */
  Load load(Duration length, long seed) {
    return arrivals.isPresent()
        ? new Load.Open(arrivals.get().draw(length, seed))
        : new Load.Closed(concurrency.orElseThrow());
  }
}
