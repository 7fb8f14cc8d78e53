package ai.dvt.cascade.records;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What every exit of a cascade said of labelled pictures, column by column. */
public final class ExitRecords {
  private final int exits;
  private final String[] sha256;
  private final int[] label;
  private final int[] index;
  private final float[] confidence;
  private final float[] second;
  private final float[] entropy;
  private final float[] gflops;

  private ExitRecords(Builder from) {
    this.exits = from.exits;
    this.sha256 = Arrays.copyOf(from.sha256, from.size);
    this.label = Arrays.copyOf(from.label, from.size);
    this.index = Arrays.copyOf(from.index, from.size * exits);
    this.confidence = Arrays.copyOf(from.confidence, from.size * exits);
    this.second = Arrays.copyOf(from.second, from.size * exits);
    this.entropy = Arrays.copyOf(from.entropy, from.size * exits);
    this.gflops = from.costs ? Arrays.copyOf(from.gflops, from.size * exits) : new float[0];
  }

  /** Collects records; may be built from at any time. */
  public static final class Builder {
    private final int exits;
    private final boolean costs;
    private int size;
    private String[] sha256 = new String[1024];
    private int[] label = new int[1024];
    private int[] index;
    private float[] confidence;
    private float[] second;
    private float[] entropy;
    private float[] gflops;

    /**
     * Of a cascade in which every picture costs the same up to an exit.
     *
     * @param exits of the cascade, at least one
     */
    public Builder(int exits) {
      this(exits, false);
    }

    /**
     * @param exits of the cascade, at least one
     * @param costs whether every picture comes with its own costs
     */
    public Builder(int exits, boolean costs) {
      if (exits < 1) {
        throw new IllegalArgumentException("exits: " + exits + " (expected: >= 1)");
      }
      this.exits = exits;
      this.costs = costs;
      this.index = new int[1024 * exits];
      this.confidence = new float[1024 * exits];
      this.second = new float[1024 * exits];
      this.entropy = new float[1024 * exits];
      this.gflops = new float[costs ? 1024 * exits : 0];
    }

    /**
     * Adds a picture without costs of its own.
     *
     * @param pictureSha256 of the picture's file, lower-case hex
     * @param trueLabel the picture's class, from 0
     * @param outcomes one per exit, in order
     * @throws ContractException for another number of exits or values out of range
     */
    public Builder add(String pictureSha256, int trueLabel, List<ExitOutcome> outcomes) {
      return add(pictureSha256, trueLabel, outcomes, List.of());
    }

    /**
     * Adds a picture.
     *
     * @param pictureSha256 of the picture's file, lower-case hex
     * @param trueLabel the picture's class, from 0
     * @param outcomes one per exit, in order
     * @param cumulative what the picture cost up to each exit, 1e9 multiply-adds; none where every
     *     picture costs the same
     * @throws ContractException for another number of exits or values out of range
     */
    public Builder add(
        String pictureSha256, int trueLabel, List<ExitOutcome> outcomes, List<Float> cumulative) {
      if (!pictureSha256.matches("[0-9a-f]{64}")) {
        throw new ContractException("sha256", '"' + pictureSha256 + '"', "64 hex digits");
      }
      String picture = "picture " + pictureSha256.substring(0, 12) + ": ";
      if (trueLabel < 0) {
        throw new ContractException(picture + "label", trueLabel, ">= 0");
      }
      if (outcomes.size() != exits) {
        throw new ContractException(picture + "exits", outcomes.size(), exits + "");
      }
      if (cumulative.size() != (costs ? exits : 0)) {
        throw new ContractException(
            picture + "gflops", cumulative.size() + " costs", (costs ? exits : 0) + "");
      }
      grow();
      sha256[size] = pictureSha256;
      label[size] = trueLabel;
      for (int exit = 0; exit < exits; exit++) {
        ExitOutcome outcome = outcomes.get(exit);
        check(picture + "exit " + (exit + 1), exit, outcome);
        int at = size * exits + exit;
        index[at] = outcome.index();
        confidence[at] = outcome.confidence();
        second[at] = outcome.secondConfidence();
        entropy[at] = outcome.entropy();
        if (costs) {
          gflops[at] = checkedCost(picture, exit, cumulative);
        }
      }
      size++;
      return this;
    }

    private static float checkedCost(String picture, int exit, List<Float> cumulative) {
      float cost = cumulative.get(exit);
      float least = exit == 0 ? Float.MIN_VALUE : cumulative.get(exit - 1);
      if (!(cost >= least && cost < Float.POSITIVE_INFINITY)) {
        throw new ContractException(
            picture + "gflops", cumulative, "cumulative costs > 0, never falling");
      }
      return cost;
    }

    private static void check(String where, int exit, ExitOutcome outcome) {
      if (outcome.exit() != exit + 1) {
        throw new ContractException(where, "exit " + outcome.exit(), "exits in order");
      }
      boolean valid =
          outcome.secondConfidence() >= 0
              && outcome.secondConfidence() <= outcome.confidence()
              && outcome.confidence() <= 1
              && outcome.entropy() >= 0
              && outcome.entropy() < Float.POSITIVE_INFINITY;
      if (!valid) {
        throw new ContractException(
            where, outcome, "0 <= second confidence <= confidence <= 1, entropy >= 0");
      }
    }

    private void grow() {
      if (size == label.length) {
        sha256 = Arrays.copyOf(sha256, 2 * size);
        label = Arrays.copyOf(label, 2 * size);
        index = Arrays.copyOf(index, 2 * size * exits);
        confidence = Arrays.copyOf(confidence, 2 * size * exits);
        second = Arrays.copyOf(second, 2 * size * exits);
        entropy = Arrays.copyOf(entropy, 2 * size * exits);
        gflops = Arrays.copyOf(gflops, costs ? 2 * size * exits : 0);
      }
    }

    /** The records so far. */
    public ExitRecords build() {
      return new ExitRecords(this);
    }
  }

  /** Number of pictures. */
  public int size() {
    return label.length;
  }

  /** Number of exits. */
  public int exits() {
    return exits;
  }

  /** Checksum of a picture's file, lower-case hex. */
  public String sha256(int picture) {
    return sha256[picture];
  }

  /** Checksums of all pictures. */
  public Set<String> sha256s() {
    return new HashSet<>(Arrays.asList(sha256));
  }

  /** A picture's true class, from 0. */
  public int label(int picture) {
    return label[picture];
  }

  /**
   * What an exit said of a picture.
   *
   * @param exit from 1
   */
  public ExitOutcome outcome(int picture, int exit) {
    int at = picture * exits + exit - 1;
    return new ExitOutcome(exit, index[at], confidence[at], second[at], entropy[at]);
  }

  /** Whether every picture has its own costs. */
  public boolean hasCosts() {
    return gflops.length > 0;
  }

  /**
   * What a picture cost up to an exit, 1e9 multiply-adds; only where {@link #hasCosts}.
   *
   * @param exit from 1
   */
  public double gflops(int picture, int exit) {
    return gflops[picture * exits + exit - 1];
  }

  /**
   * What the exits cost: the pictures' averages where pictures decide, else the manifest's costs.
   *
   * @param manifest cumulative cost of each exit, 1e9 multiply-adds
   */
  public List<Double> averageGflops(List<Double> manifest) {
    if (!hasCosts() || size() == 0) {
      return manifest;
    }
    List<Double> averages = new ArrayList<>();
    for (int exit = 1; exit <= exits; exit++) {
      double sum = 0;
      for (int picture = 0; picture < size(); picture++) {
        sum += gflops(picture, exit);
      }
      averages.add(sum / size());
    }
    return averages;
  }

  /** What a picture cost up to each exit; empty unless {@link #hasCosts}. */
  public List<Float> gflops(int picture) {
    List<Float> costs = new ArrayList<>();
    for (int exit = 1; hasCosts() && exit <= exits; exit++) {
      costs.add((float) gflops(picture, exit));
    }
    return costs;
  }

  /**
   * Whether an exit named a picture's true class.
   *
   * @param exit from 1
   */
  public boolean correct(int picture, int exit) {
    return index[picture * exits + exit - 1] == label[picture];
  }
}
