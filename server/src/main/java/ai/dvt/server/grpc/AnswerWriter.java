package ai.dvt.server.grpc;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.Label;
import ai.dvt.cascade.v1.ExitReached;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.wire.Answers;
import java.util.ArrayList;
import java.util.List;

/** From logits and the exits passed to messages. */
final class AnswerWriter {
  private AnswerWriter() {}

  static ImageResult answer(
      Order order, List<ExitPassed> passed, float[] logits, ExitReason reason) {
    int exit = last(passed).outcome().exit();
    return ImageResult.newBuilder()
        .setAnswer(
            Answers.toMessage(
                new Answer(labels(order, logits), exit, reason, gflops(order, exit), passed)))
        .build();
  }

  static ImageResult error(Throwable cause) {
    return ImageResult.newBuilder().setError(Statuses.of(cause)).build();
  }

  /** An exit that is not the last one. */
  static ExitReached reached(Order order, List<ExitPassed> passed, float[] logits) {
    int exit = last(passed).outcome().exit();
    return ExitReached.newBuilder()
        .setOutcome(Answers.toMessage(last(passed)))
        .addAllLabels(labels(order, logits).stream().map(Answers::toMessage).toList())
        .setGflops(gflops(order, exit))
        .setNextGflops(gflops(order, exit + 1))
        .build();
  }

  private static ExitPassed last(List<ExitPassed> passed) {
    return passed.get(passed.size() - 1);
  }

  private static double gflops(Order order, int exit) {
    return order.policy().gflops().get(exit - 1);
  }

  /** The most confident classes first; of equals, the lower number first. */
  private static List<Label> labels(Order order, float[] logits) {
    int count = Math.min(order.topK(), logits.length);
    int[] best = top(logits, count);
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp((double) logit - logits[best[0]]);
    }
    List<String> names = order.model().version().labels();
    List<Label> labels = new ArrayList<>(count);
    for (int index : best) {
      double share = Math.exp((double) logits[index] - logits[best[0]]) / sum;
      labels.add(new Label(names.get(index), index, (float) share));
    }
    return labels;
  }

  private static int[] top(float[] logits, int count) {
    int[] best = new int[count];
    int found = 0;
    for (int i = 0; i < logits.length; i++) {
      int place = found;
      while (place > 0 && logits[i] > logits[best[place - 1]]) {
        place--;
      }
      if (place < count) {
        found = Math.min(found + 1, count);
        System.arraycopy(best, place, best, place + 1, found - 1 - place);
        best[place] = i;
      }
    }
    return best;
  }
}
