package ai.dvt.server.page;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ExitPassed;
import java.util.List;
import java.util.Locale;

/**
 * An answer in the shape of the page's JSON.
 *
 * @param reason in lower case, e.g. {@code confident}
 * @param gflops spent, 1e9 multiply-adds
 */
record AnswerCard(
    String model,
    String version,
    int exit,
    String reason,
    double gflops,
    List<LabelCard> labels,
    List<ExitCard> exits) {

  /** A class and its share of the softmax. */
  record LabelCard(String name, float confidence) {}

  /**
   * What an exit said; times in milliseconds.
   *
   * @param computeMillis of the whole batch
   */
  record ExitCard(
      int exit,
      float confidence,
      float margin,
      float entropy,
      double queueMillis,
      double computeMillis,
      int batch) {}

  AnswerCard {
    labels = List.copyOf(labels);
    exits = List.copyOf(exits);
  }

  static AnswerCard of(ModelCard model, Answer answer) {
    return new AnswerCard(
        model.name(),
        model.version(),
        answer.exit(),
        answer.reason().name().toLowerCase(Locale.ROOT),
        answer.gflops(),
        answer.labels().stream().map(l -> new LabelCard(l.name(), l.confidence())).toList(),
        answer.exits().stream().map(AnswerCard::card).toList());
  }

  private static ExitCard card(ExitPassed passed) {
    return new ExitCard(
        passed.outcome().exit(),
        passed.outcome().confidence(),
        passed.outcome().confidence() - passed.outcome().secondConfidence(),
        passed.outcome().entropy(),
        passed.queueTime().toNanos() / 1e6,
        passed.computeTime().toNanos() / 1e6,
        passed.batchSize());
  }
}
