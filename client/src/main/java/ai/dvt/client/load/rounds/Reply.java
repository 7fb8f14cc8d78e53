package ai.dvt.client.load.rounds;

import ai.dvt.cascade.v1.Answer;
import ai.dvt.cascade.v1.ImageResult;
import io.grpc.Status;

/**
 * What became of an image.
 *
 * @param exit from 1; 0 for a failure
 * @param label the most confident one; empty for a failure
 * @param error a gRPC code; empty for an answer
 */
record Reply(int exit, String label, String error) {
  /** Counted instead of a code when the client itself could not send in time. */
  static final Reply NOT_SENT = new Reply(0, "", "NOT_SENT");

  static Reply of(ImageResult result) {
    if (result.hasAnswer()) {
      Answer answer = result.getAnswer();
      return new Reply(
          answer.getExit(), answer.getLabelsCount() == 0 ? "" : answer.getLabels(0).getName(), "");
    }
    return failed(Status.fromCodeValue(result.getError().getCode()));
  }

  static Reply failed(Status status) {
    return new Reply(0, "", status.getCode().name());
  }

  boolean answered() {
    return error.isEmpty();
  }
}
