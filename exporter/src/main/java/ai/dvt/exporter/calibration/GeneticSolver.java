package ai.dvt.exporter.calibration;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * The paper's genetic algorithm (Eq. 10): accuracy is maximised subject to the budget; thresholds
 * over budget lose against all within, and among themselves the cheaper wins.
 *
 * <p>A gene is the share of all pictures whose urge is below an exit's threshold, so that equal
 * steps move equally many pictures. Tournaments of two, blended genes, Gaussian mutation, the best
 * survive. A budget starts from the solution of the one below.
 */
public final class GeneticSolver implements ThresholdSolver {
  private static final int POPULATION = 32;
  private static final int GENERATIONS = 24;
  private static final int ELITE = 4;
  private static final double WIDEST_STEP = 0.15;
  private static final double NARROWEST_STEP = 0.003;

  private final long seed;

  public GeneticSolver(long seed) {
    this.seed = seed;
  }

  private record Individual(double[] genes, double fitness) {}

  @Override
  public List<SolvedPoint> solve(ExitTable table, List<Double> budgets)
      throws CalibrationException {
    ThresholdSolver.check(table, budgets);
    Random random = new Random(seed);
    RankedReplay replay = new RankedReplay(table);
    Integer[] rising = new Integer[budgets.size()];
    Arrays.setAll(rising, i -> i);
    Arrays.sort(rising, Comparator.comparing(budgets::get));
    SolvedPoint[] points = new SolvedPoint[budgets.size()];
    double[] start = new double[table.exits() - 1];
    for (int i : rising) {
      Population population = new Population(table, replay, budgets.get(i), random);
      start = population.evolve(start);
      points[i] = table.replay(replay.thresholds(cuts(replay, start)));
    }
    return List.of(points);
  }

  private static int[] cuts(RankedReplay replay, double[] genes) {
    int[] cuts = new int[genes.length];
    for (int exit = 0; exit < genes.length; exit++) {
      cuts[exit] = replay.cut(exit, genes[exit]);
    }
    return cuts;
  }

  /** The search for one budget. */
  private static final class Population {
    private final ExitTable table;
    private final RankedReplay replay;
    private final double budget;
    private final Random random;
    private final long[] taken;

    Population(ExitTable table, RankedReplay replay, double budget, Random random) {
      this.table = table;
      this.replay = replay;
      this.budget = budget;
      this.random = random;
      this.taken = new long[table.exits()];
    }

    /**
     * @param start genes that keep the budget
     * @return the best genes found
     */
    double[] evolve(double[] start) {
      List<Individual> population = new ArrayList<>();
      population.add(born(start));
      population.add(born(new double[start.length]));
      while (population.size() < POPULATION) {
        double[] genes = new double[start.length];
        boolean near = population.size() % 2 == 0;
        for (int i = 0; i < genes.length; i++) {
          genes[i] = near ? moved(start[i], WIDEST_STEP) : random.nextDouble();
        }
        population.add(born(genes));
      }
      Comparator<Individual> best = Comparator.comparingDouble(i -> -i.fitness);
      for (int generation = 0; generation < GENERATIONS; generation++) {
        population.sort(best);
        double progress = (double) generation / GENERATIONS;
        double step = WIDEST_STEP * Math.pow(NARROWEST_STEP / WIDEST_STEP, progress);
        List<Individual> next = new ArrayList<>(population.subList(0, ELITE));
        while (next.size() < POPULATION) {
          next.add(child(parent(population), parent(population), step));
        }
        population = next;
      }
      population.sort(best);
      return population.get(0).genes;
    }

    private Individual parent(List<Individual> population) {
      Individual one = population.get(random.nextInt(population.size()));
      Individual other = population.get(random.nextInt(population.size()));
      return one.fitness >= other.fitness ? one : other;
    }

    private Individual child(Individual mother, Individual father, double step) {
      double[] genes = new double[mother.genes.length];
      for (int i = 0; i < genes.length; i++) {
        double blend = random.nextDouble();
        double between = mother.genes[i] + blend * (father.genes[i] - mother.genes[i]);
        genes[i] = moved(between, step);
      }
      return born(genes);
    }

    private double moved(double gene, double step) {
      return Math.min(1, Math.max(0, gene + step * random.nextGaussian()));
    }

    private Individual born(double[] genes) {
      long right = replay.count(cuts(replay, genes), taken);
      double gflops = table.averageGflops(taken);
      double fitness = gflops <= budget ? (double) right / table.size() : budget - gflops - 1;
      return new Individual(genes, fitness);
    }
  }
}
