package ai.dvt.server.engine;

import ai.dvt.cascade.Thresholds;
import java.util.Optional;

/** What the present load asks of a cascade's images. Safe from any thread; must not block. */
public interface LoadControl {
  /** No load is known and nobody is refused. */
  LoadControl CALM =
      new LoadControl() {
        @Override
        public boolean arrives(boolean patient) {
          return true;
        }

        @Override
        public void leaves() {}

        @Override
        public Optional<Thresholds> thresholds() {
          return Optional.empty();
        }
      };

  /**
   * An image was asked for, before anything is spent on it.
   *
   * @param patient whether its caller would rather wait than be refused
   * @return false: refuse it, for its answer is expected too late; otherwise {@link #leaves} is due
   */
  boolean arrives(boolean patient);

  /** An image that arrived was answered or failed. */
  void leaves();

  /**
   * The thresholds that apply to images under way beside their own, one per exit but the last;
   * empty: none.
   */
  Optional<Thresholds> thresholds();
}
