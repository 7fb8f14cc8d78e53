package ai.dvt.client.load.rounds;

import ai.dvt.cascade.v1.Answer;
import ai.dvt.cascade.v1.ExitOutcome;
import ai.dvt.cascade.v1.ExitReason;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.client.load.figures.DeadlineCounts;
import com.google.protobuf.util.Durations;
import io.grpc.Status;

/**
 * What became of an image.
 *
 * @param exit from 1; 0 for a failure
 * @param label the most confident one; empty for a failure
 * @param error a gRPC code; empty for an answer
 * @param deadline the image counted once if its deadline cut it short, else nothing
 * @param stageNanos in the runs of stages; 0 for a failure
 * @param queueNanos waiting for stages
 */
record Reply(
    int exit,
    String label,
    String error,
    DeadlineCounts deadline,
    long stageNanos,
    long queueNanos) {
  /** Counted instead of a code when the client itself could not send in time. */
  static final Reply NOT_SENT = failed("NOT_SENT", DeadlineCounts.NONE);

  private static final DeadlineCounts ANSWERED = new DeadlineCounts(1, 0, 0);
  private static final DeadlineCounts REFUSED = new DeadlineCounts(0, 1, 0);
  private static final DeadlineCounts LATE = new DeadlineCounts(0, 0, 1);

  static Reply of(ImageResult result) {
    if (!result.hasAnswer()) {
      Status.Code code = Status.fromCodeValue(result.getError().getCode()).getCode();
      return failed(
          code.name(), code == Status.Code.DEADLINE_EXCEEDED ? REFUSED : DeadlineCounts.NONE);
    }
    Answer answer = result.getAnswer();
    long stages = 0;
    long queues = 0;
    for (ExitOutcome exit : answer.getExitsList()) {
      stages += Durations.toNanos(exit.getComputeTime());
      queues += Durations.toNanos(exit.getQueueTime());
    }
    return new Reply(
        answer.getExit(),
        answer.getLabelsCount() == 0 ? "" : answer.getLabels(0).getName(),
        "",
        answer.getReason() == ExitReason.EXIT_REASON_DEADLINE ? ANSWERED : DeadlineCounts.NONE,
        stages,
        queues);
  }

  /** The whole call failed; where its deadline passed, nobody knows what the answer would be. */
  static Reply failed(Status status) {
    Status.Code code = status.getCode();
    return failed(code.name(), code == Status.Code.DEADLINE_EXCEEDED ? LATE : DeadlineCounts.NONE);
  }

  private static Reply failed(String error, DeadlineCounts deadline) {
    return new Reply(0, "", error, deadline, 0, 0);
  }

  boolean answered() {
    return error.isEmpty();
  }
}
