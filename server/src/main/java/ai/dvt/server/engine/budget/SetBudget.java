package ai.dvt.server.engine.budget;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.server.engine.ImageSet;
import ai.dvt.server.engine.ImageTicket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * One total of compute for the images of a set.
 *
 * <p>The cost of exit 1 is set aside for every image from the start; each further stage of an image
 * is paid before it runs, and nobody goes on when it cannot be paid: the total is never exceeded.
 *
 * <p>At an exit images wait with their rows until it is clear who goes on. When all of the set have
 * come by, the least confident go on, as many as the budget allows. Until then no more wait than
 * can be paid for, and than may wait: the most confident are answered, and those whose rank among
 * all seen is far from the line between going on and staying are told first. So a set of any size
 * keeps few rows, and a set that fits is decided exactly.
 */
public final class SetBudget implements ImageSet {
  private static final Duration PATIENCE = Duration.ofMillis(50);

  /** Where a set's image is. */
  private static final class Member {
    final ImageTicket ticket;
    final long number;
    int stage = 1;
    boolean waits;
    float confidence;

    Member(ImageTicket ticket, long number) {
      this.ticket = ticket;
      this.number = number;
    }
  }

  private static final Comparator<Member> LEAST_CONFIDENT =
      Comparator.<Member>comparingDouble(member -> member.confidence)
          .thenComparingLong(member -> member.number);

  /** What happens at one exit. */
  private static final class Exit {
    final TreeSet<Member> waiting = new TreeSet<>(LEAST_CONFIDENT);
    final Confidences seen = new Confidences();

    /** Images in the stage before the exit. */
    int coming;

    /** Images that ended in that stage, by their own policies. */
    int left;
  }

  private final double totalGflops;
  private final List<Double> gflops;
  private final GoingOn goingOn;
  private final int mostWaiting;
  private final List<Exit> exits = new ArrayList<>();
  private final Map<ImageTicket, Member> members = new HashMap<>();
  private final int[] paid;
  private int expected;
  private int entered;

  /**
   * @param images of the set
   * @param totalGflops of all images together, 1e9 multiply-adds
   * @param gflops cumulative cost of each exit
   * @param points of the calibration, to share the budget among the stages
   * @param mostWaiting images that wait at exits with their rows
   * @throws IllegalArgumentException if the budget does not pay exit 1 for every image
   */
  public SetBudget(
      int images,
      double totalGflops,
      List<Double> gflops,
      List<OperatingPoint> points,
      int mostWaiting) {
    if (images < 1) {
      throw new IllegalArgumentException("images: " + images + " (expected: >= 1)");
    }
    double least = images * gflops.get(0);
    if (!(totalGflops >= least * (1 - 1e-9))) {
      throw new IllegalArgumentException(
          "total_gflops: "
              + totalGflops
              + " (expected: "
              + least
              + ", exit 1 for each of "
              + images
              + " images, to "
              + images * gflops.get(gflops.size() - 1)
              + ", the last exit for each)");
    }
    this.totalGflops = Math.max(least, totalGflops);
    this.gflops = List.copyOf(gflops);
    this.goingOn = GoingOn.of(totalGflops / images, gflops, points);
    this.mostWaiting = Math.max(1, mostWaiting);
    this.expected = images;
    this.paid = new int[gflops.size()];
    for (int exit = 1; exit < gflops.size(); exit++) {
      exits.add(new Exit());
    }
  }

  /** An image of the set will not come: it was refused before it entered. */
  public void absent() {
    change(() -> expected = Math.max(entered, expected - 1));
  }

  /** No other image of the set will come. */
  public void noMore() {
    change(() -> expected = entered);
  }

  /** Paid so far or set aside, 1e9 multiply-adds. */
  public synchronized double committedGflops() {
    double committed = expected * gflops.get(0);
    for (int exit = 1; exit < gflops.size(); exit++) {
      committed += paid[exit - 1] * stepCost(exit);
    }
    return committed;
  }

  /** Images that wait at exits with their rows. */
  public synchronized int waiting() {
    return exits.stream().mapToInt(exit -> exit.waiting.size()).sum();
  }

  @Override
  public void entered(ImageTicket image) {
    synchronized (this) {
      members.put(image, new Member(image, entered));
      entered++;
      expected = Math.max(expected, entered);
      if (!exits.isEmpty()) {
        exits.get(0).coming++;
      }
    }
  }

  @Override
  public synchronized boolean mayGoOn(int exit) {
    return exit >= gflops.size() || affordable(exit) >= 1;
  }

  @Override
  public void reached(ImageTicket image, ExitOutcome outcome) {
    change(
        () -> {
          Member member = members.get(image);
          if (member != null) {
            Exit exit = exits.get(outcome.exit() - 1);
            exit.coming--;
            exit.seen.add(outcome.confidence());
            member.waits = true;
            member.confidence = outcome.confidence();
            exit.waiting.add(member);
          }
        });
  }

  @Override
  public void stillWaiting(ImageTicket image) {
    List<Runnable> words = new ArrayList<>();
    synchronized (this) {
      Member member = members.get(image);
      if (member != null && member.waits && nothingComes(member.stage)) {
        boolean goes =
            exits.get(member.stage - 1).seen.rank(member.confidence) < line(member.stage);
        tell(member, goes && affordable(member.stage) >= 1, words);
        settle(words);
      }
    }
    words.forEach(Runnable::run);
  }

  @Override
  public void ended(ImageTicket image) {
    change(
        () -> {
          Member member = members.remove(image);
          if (member != null && member.stage < gflops.size()) {
            Exit exit = exits.get(member.stage - 1);
            if (!exit.waiting.remove(member) && !member.waits) {
              exit.coming--;
              exit.left++;
            }
          }
        });
  }

  @Override
  public Duration patience() {
    return PATIENCE;
  }

  /** Changes something, and tells the images what follows, outside the lock. */
  private void change(Runnable what) {
    List<Runnable> words = new ArrayList<>();
    synchronized (this) {
      what.run();
      settle(words);
    }
    words.forEach(Runnable::run);
  }

  private void settle(List<Runnable> words) {
    for (int number = 1; number < gflops.size(); number++) {
      Exit exit = exits.get(number - 1);
      while (exit.waiting.size() > affordable(number)) {
        tell(exit.waiting.last(), false, words);
      }
      if (upstream(number) == 0) {
        int going = (int) Math.min(exit.waiting.size(), Math.round(planned(number)));
        while (exit.waiting.size() > going) {
          tell(exit.waiting.last(), false, words);
        }
        while (!exit.waiting.isEmpty() && affordable(number) >= 1) {
          tell(exit.waiting.first(), true, words);
        }
      }
      while (exit.waiting.size() > mostWaiting) {
        double line = line(number);
        double least = exit.seen.rank(exit.waiting.first().confidence);
        double most = exit.seen.rank(exit.waiting.last().confidence);
        boolean goes = line - least >= most - line;
        tell(goes ? exit.waiting.first() : exit.waiting.last(), goes, words);
      }
    }
  }

  private void tell(Member member, boolean goes, List<Runnable> words) {
    exits.get(member.stage - 1).waiting.remove(member);
    if (goes) {
      paid[member.stage - 1]++;
      member.stage++;
      member.waits = false;
      if (member.stage < gflops.size()) {
        exits.get(member.stage - 1).coming++;
      }
      words.add(member.ticket::proceed);
    } else {
      words.add(member.ticket::stop);
    }
  }

  /** The rank among those seen at an exit up to which images go on while others are to come. */
  private double line(int number) {
    if (number > 1) {
      return goingOn.at(number);
    }
    Exit exit = exits.get(0);
    double asking = (double) exit.seen.total() / Math.max(1, exit.seen.total() + exit.left);
    double toCome = asking * (expected - entered + exit.coming);
    double going = planned(1);
    // The line lies where those that wait below it and those to come below it make up what goes.
    List<Member> waiting = List.copyOf(exit.waiting);
    int low = 0;
    int high = waiting.size();
    while (low < high) {
      int middle = (low + high) / 2;
      if (middle + exit.seen.rank(waiting.get(middle).confidence) * toCome >= going) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return toCome > 0
        ? (going - low) / toCome
        : low < waiting.size() ? exit.seen.rank(waiting.get(low).confidence) : 1;
  }

  /** How many images from now on the budget lets go on from an exit, later stages considered. */
  private double planned(int number) {
    double free = totalGflops - committedGflops();
    for (int later = number + 1; later < gflops.size(); later++) {
      Exit exit = exits.get(later - 1);
      free -= (exit.coming + exit.waiting.size()) * goingOn.at(later) * costToTheEnd(later);
    }
    return Math.max(0, free / costToTheEnd(number));
  }

  /** What an image that goes on from an exit will cost from there on average. */
  private double costToTheEnd(int number) {
    double cost = stepCost(number);
    return number + 1 < gflops.size()
        ? cost + goingOn.at(number + 1) * costToTheEnd(number + 1)
        : cost;
  }

  private int affordable(int number) {
    // Rounding must not take away the last image that was meant to fit.
    double free = totalGflops * (1 + 1e-12) - committedGflops();
    return (int) Math.max(0, Math.min(Integer.MAX_VALUE, Math.floor(free / stepCost(number))));
  }

  /** Of the stage after an exit. */
  private double stepCost(int number) {
    return gflops.get(number) - gflops.get(number - 1);
  }

  /** Images that may still come to an exit. */
  private int upstream(int number) {
    int images = expected - entered;
    for (int before = 1; before <= number; before++) {
      images += exits.get(before - 1).coming;
      images += before < number ? exits.get(before - 1).waiting.size() : 0;
    }
    return images;
  }

  /** Whether no image of the set is on its way to an exit, whoever may still be sent. */
  private boolean nothingComes(int number) {
    for (int before = 1; before <= number; before++) {
      if (exits.get(before - 1).coming > 0) {
        return false;
      }
    }
    return true;
  }
}
