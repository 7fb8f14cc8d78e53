package ai.dvt.cascade.wire;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.Label;
import com.google.protobuf.util.Durations;
import java.time.Duration;

/** Answers, labels and the exits that an image passed. */
public final class Answers {
  private Answers() {}

  /** The message of a record. */
  public static ai.dvt.cascade.v1.Answer toMessage(Answer answer) {
    return ai.dvt.cascade.v1.Answer.newBuilder()
        .addAllLabels(answer.labels().stream().map(Answers::toMessage).toList())
        .setExit(answer.exit())
        .setReason(Policies.toMessage(answer.reason()))
        .setGflops(answer.gflops())
        .addAllExits(answer.exits().stream().map(Answers::toMessage).toList())
        .build();
  }

  /**
   * The record of a message.
   *
   * @throws ContractException for an answer without label or exit, or an unknown reason
   */
  public static Answer fromMessage(ai.dvt.cascade.v1.Answer message) {
    return new Answer(
        message.getLabelsList().stream().map(Answers::fromMessage).toList(),
        message.getExit(),
        Policies.fromMessage(message.getReason()),
        message.getGflops(),
        message.getExitsList().stream().map(Answers::fromMessage).toList());
  }

  /** The message of a record. */
  public static ai.dvt.cascade.v1.Label toMessage(Label label) {
    return ai.dvt.cascade.v1.Label.newBuilder()
        .setName(label.name())
        .setIndex(label.index())
        .setConfidence(label.confidence())
        .build();
  }

  /** The record of a message. */
  public static Label fromMessage(ai.dvt.cascade.v1.Label message) {
    return new Label(message.getName(), message.getIndex(), message.getConfidence());
  }

  /** The message of a record. */
  public static ai.dvt.cascade.v1.ExitOutcome toMessage(ExitPassed passed) {
    ExitOutcome outcome = passed.outcome();
    return ai.dvt.cascade.v1.ExitOutcome.newBuilder()
        .setExit(outcome.exit())
        .setConfidence(outcome.confidence())
        .setSecondConfidence(outcome.secondConfidence())
        .setEntropy(outcome.entropy())
        .setIndex(outcome.index())
        .setQueueTime(Durations.fromNanos(passed.queueTime().toNanos()))
        .setComputeTime(Durations.fromNanos(passed.computeTime().toNanos()))
        .setBatchSize(passed.batchSize())
        .build();
  }

  /**
   * The record of a message.
   *
   * @throws ContractException for exit 0 or an invalid duration
   */
  public static ExitPassed fromMessage(ai.dvt.cascade.v1.ExitOutcome message) {
    return new ExitPassed(
        new ExitOutcome(
            message.getExit(),
            message.getIndex(),
            message.getConfidence(),
            message.getSecondConfidence(),
            message.getEntropy()),
        duration("queue_time", message.getQueueTime()),
        duration("compute_time", message.getComputeTime()),
        message.getBatchSize());
  }

  private static Duration duration(String field, com.google.protobuf.Duration message) {
    if (!Durations.isValid(message)) {
      throw new ContractException(field, message.getSeconds() + " s", "a valid duration");
    }
    return Duration.ofSeconds(message.getSeconds(), message.getNanos());
  }
}
