package ai.dvt.server.engine.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.dvt.cascade.ExitOutcome;
import ai.dvt.server.engine.ImageTicket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SetBudgetTest {
  /** An image that the test moves through the stages. */
  private static final class Moved implements ImageTicket {
    final float[] confidences;
    final Deque<Moved> running;
    int stage = 1;
    boolean parked;
    boolean answered;

    Moved(float[] confidences, Deque<Moved> running) {
      this.confidences = confidences;
      this.running = running;
    }

    @Override
    public void proceed() {
      assertThat(parked).isTrue();
      parked = false;
      stage++;
      running.add(this);
    }

    @Override
    public void stop() {
      assertThat(parked).isTrue();
      parked = false;
      answered = true;
    }

    @Override
    public void cancel() {
      throw new AssertionError("nobody cancels");
    }
  }

  private final Random random = new Random(9);
  private int mostParked;

  /**
   * Sends images through the budget, some at a time.
   *
   * @param confidence at every exit where an image leaves by its own policy; 2 for never
   */
  private List<Moved> run(
      SetBudget budget, List<float[]> images, int onTheWay, float confident, int exits) {
    Deque<Moved> running = new ArrayDeque<>();
    List<Moved> all = new ArrayList<>();
    List<Moved> finished = new ArrayList<>();
    int open = 0;
    int next = 0;
    mostParked = 0;
    while (open > 0 || next < images.size()) {
      if (next < images.size() && open < onTheWay && random.nextInt(3) > 0) {
        Moved image = new Moved(images.get(next++), running);
        all.add(image);
        open++;
        budget.entered(image);
        running.add(image);
        continue;
      }
      if (running.isEmpty()) {
        // Nothing moves: the engine asks again about those that wait.
        List<Moved> parked = all.stream().filter(i -> i.parked).toList();
        if (!parked.isEmpty()) {
          budget.stillWaiting(parked.get(random.nextInt(parked.size())));
        }
      } else {
        Moved image = running.remove();
        float sure = image.stage < exits ? image.confidences[image.stage - 1] : 0;
        if (image.stage == exits || sure >= confident || !budget.mayGoOn(image.stage)) {
          image.answered = true;
        } else {
          image.parked = true;
          budget.reached(image, new ExitOutcome(image.stage, 0, sure, (1 - sure) / 2, 1 - sure));
        }
      }
      List<Moved> ended = answered(all);
      while (!ended.isEmpty()) { // one's end may be the word for another
        all.removeAll(ended);
        finished.addAll(ended);
        open -= ended.size();
        ended.forEach(budget::ended);
        ended = answered(all);
      }
      mostParked = Math.max(mostParked, (int) all.stream().filter(i -> i.parked).count());
    }
    return finished;
  }

  private static List<Moved> answered(List<Moved> images) {
    return images.stream().filter(image -> image.answered).toList();
  }

  private static double cost(List<Moved> images, List<Double> gflops) {
    return images.stream().mapToDouble(image -> gflops.get(image.stage - 1)).sum();
  }

  private List<float[]> images(int count, int exits) {
    List<float[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] confidences = new float[Math.max(1, exits - 1)];
      double power = Math.exp(2 * random.nextGaussian());
      for (int exit = 0; exit < confidences.length; exit++) {
        confidences[exit] = (float) Math.pow(random.nextDouble(), power);
      }
      images.add(confidences);
    }
    return images;
  }

  @Test
  void the_total_is_never_exceeded_for_random_cascades_confidences_and_orders() {
    for (int trial = 0; trial < 300; trial++) {
      int exits = 1 + random.nextInt(4);
      List<Double> gflops = new ArrayList<>();
      double sum = 0;
      for (int exit = 0; exit < exits; exit++) {
        sum += 0.01 + random.nextDouble();
        gflops.add(sum);
      }
      int count = 1 + random.nextInt(120);
      double least = count * gflops.get(0);
      double total = least + random.nextDouble() * 1.2 * (count * sum - least);
      if (trial % 10 == 0) {
        total = least;
      }
      int mostWaiting = 1 + random.nextInt(60);
      SetBudget budget = new SetBudget(count, total, gflops, List.of(), mostWaiting);
      int sent = trial % 7 == 0 ? random.nextInt(count + 1) : count;
      List<Moved> answered =
          run(
              budget,
              images(sent, exits),
              1 + random.nextInt(100),
              trial % 3 == 0 ? 0.7f : 2,
              exits);
      assertThat(answered).hasSize(sent);
      assertThat(cost(answered, gflops))
          .as("trial " + trial)
          .isLessThanOrEqualTo(total * (1 + 1e-9));
      assertThat(mostParked).isLessThanOrEqualTo(mostWaiting * Math.max(1, exits - 1));
      assertThat(budget.waiting()).isZero();
    }
  }

  @Test
  void of_a_set_that_fits_exactly_the_least_confident_go_on() {
    List<Double> gflops = List.of(1.0, 4.0);
    for (int affordable : new int[] {0, 1, 7, 49, 50}) {
      List<float[]> images = images(50, 2);
      SetBudget budget = new SetBudget(50, 50 + 3 * affordable + 1.5, gflops, List.of(), 50);
      List<Moved> answered = run(budget, images, 50, 2, 2);
      List<Moved> byConfidence =
          answered.stream().sorted(Comparator.comparingDouble(i -> i.confidences[0])).toList();
      for (int i = 0; i < 50; i++) {
        assertThat(byConfidence.get(i).stage).isEqualTo(i < affordable ? 2 : 1);
      }
      assertThat(mostParked).isLessThanOrEqualTo(affordable);
    }
  }

  @Test
  void few_of_ten_thousand_images_wait_and_the_budget_is_used() {
    List<Double> gflops = List.of(1.0, 4.0, 9.0);
    SetBudget budget = new SetBudget(10_000, 30_000, gflops, List.of(), 100);
    List<Moved> answered = run(budget, images(10_000, 3), 256, 2, 3);
    assertThat(mostParked).isLessThanOrEqualTo(200);
    assertThat(cost(answered, gflops)).isBetween(30_000 - 9.0, 30_000.0);
    assertThat(answered.stream().filter(i -> i.stage == 3).count())
        .as("later stages get their part")
        .isGreaterThan(1000);
  }

  /** Pictures whose first exit is right as often as it is confident. */
  @Test
  void the_accuracy_is_that_of_the_best_fixed_threshold_of_the_same_cost() {
    List<Double> gflops = List.of(1.0, 4.0);
    int count = 10_000;
    List<float[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(new float[] {(float) (1 - 0.7 * Math.pow(random.nextDouble(), 3))});
    }
    boolean[] rightAtFirst = new boolean[count];
    for (int i = 0; i < count; i++) {
      rightAtFirst[i] = random.nextFloat() < images.get(i)[0];
    }
    for (double share : new double[] {0.1, 0.3, 0.6}) {
      SetBudget budget = new SetBudget(count, count * (1 + 3 * share), gflops, List.of(), 64);
      List<Moved> answered = run(budget, images, 256, 2, 2);
      double[] sorted = images.stream().mapToDouble(i -> i[0]).sorted().toArray();
      double threshold = sorted[(int) (share * count)];
      double fixed = 0;
      for (int i = 0; i < count; i++) {
        boolean goes = images.get(i)[0] < threshold;
        fixed += goes || rightAtFirst[i] ? 1 : 0;
      }
      double budgeted = 0;
      for (Moved image : answered) {
        int number =
            IntStream.range(0, count)
                .filter(i -> images.get(i) == image.confidences)
                .findFirst()
                .getAsInt();
        budgeted += image.stage == 2 || rightAtFirst[number] ? 1 : 0;
      }
      double accuracy = fixed / count;
      double standardError = Math.sqrt(accuracy * (1 - accuracy) / count);
      assertThat(budgeted / count).isGreaterThan(accuracy - standardError);
      assertThat(cost(answered, gflops)).isCloseTo(count * (1 + 3 * share), within(3.0));
    }
  }

  @Test
  void a_budget_that_does_not_pay_exit_1_for_all_is_refused_with_the_range() {
    assertThatThrownBy(() -> new SetBudget(10, 9.9, List.of(1.0, 4.0), List.of(), 10))
        .hasMessage(
            "total_gflops: 9.9 (expected: 10.0, exit 1 for each of 10 images, to 40.0, the last"
                + " exit for each)");
  }
}
