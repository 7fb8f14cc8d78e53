package ai.dvt.server.engine;

import ai.dvt.cascade.Thresholds;
import java.util.Optional;

/** What the present load asks of a cascade's images. Safe from any thread; must not block. */
public interface LoadControl {
  /** An image that arrived. */
  interface Stay {
    /** It was answered or failed; called once. */
    void ends();
  }

  /** No load is known and nobody is refused. */
  LoadControl CALM =
      new LoadControl() {
        @Override
        public Optional<Stay> arrives(boolean patient) {
          return Optional.of(() -> {});
        }

        @Override
        public Optional<Thresholds> thresholds() {
          return Optional.empty();
        }
      };

  /**
   * An image was asked for, before anything is spent on it.
   *
   * @param patient whether its caller would rather wait than be refused
   * @return empty: refuse it, for its answer is expected too late
   */
  Optional<Stay> arrives(boolean patient);

  /**
   * The thresholds that apply to images under way beside their own, one per exit but the last;
   * empty: none.
   */
  Optional<Thresholds> thresholds();

  /**
   * The model's setting that new images get instead of a dearer one; empty: no load, or no
   * settings.
   */
  default Optional<String> setting() {
    return Optional.empty();
  }
}
