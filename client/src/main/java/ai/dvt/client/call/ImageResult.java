package ai.dvt.client.call;

import ai.dvt.cascade.Answer;

/** What became of one image. */
public sealed interface ImageResult {
  /** The cascade answered. */
  record Answered(Answer answer) implements ImageResult {}

  /** There is no answer for this image; others of the same call may have one. */
  record Failed(Failure failure) implements ImageResult {}

  /**
   * The answer.
   *
   * @throws CascadeClientException if there is none
   */
  default Answer orThrow() {
    if (this instanceof Answered answered) {
      return answered.answer();
    }
    throw new CascadeClientException(((Failed) this).failure());
  }
}
