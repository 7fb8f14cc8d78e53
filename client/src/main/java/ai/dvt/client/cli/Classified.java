package ai.dvt.client.cli;

import ai.dvt.cascade.Answer;
import ai.dvt.client.call.ImageResult;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A picture and what became of it.
 *
 * @param truth the true label, where the picture's folder names one of the model's labels
 */
record Classified(Path file, Optional<String> truth, ImageResult result) {
  Optional<Answer> answer() {
    return result instanceof ImageResult.Answered answered
        ? Optional.of(answered.answer())
        : Optional.empty();
  }

  /** Whether the answer is the true label; empty without a true label. */
  Optional<Boolean> right() {
    return truth.map(label -> answer().map(a -> a.best().name().equals(label)).orElse(false));
  }
}
