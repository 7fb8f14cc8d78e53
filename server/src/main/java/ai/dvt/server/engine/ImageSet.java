package ai.dvt.server.engine;

import ai.dvt.cascade.ExitOutcome;
import java.time.Duration;

/**
 * Images that share one bound, so that what becomes of one depends on the others. The engine calls
 * from any thread, outside its locks; a ticket names its image. Must not block.
 */
public interface ImageSet {
  /** An image of the set comes in; its stage 1 runs next. */
  void entered(ImageTicket image);

  /**
   * Whether the bound leaves anything for images at this exit.
   *
   * @param exit from 1
   */
  boolean mayGoOn(int exit);

  /**
   * An image whose policy lets it go on waits with its row until {@link ImageTicket#proceed} or
   * {@link ImageTicket#stop}, which may be said before this returns. Stopped, it is answered for
   * the budget.
   */
  void reached(ImageTicket image, ExitOutcome outcome);

  /** The image still waits after another {@link #patience}. */
  void stillWaiting(ImageTicket image);

  /** The image was answered or failed; told once for every image that entered. */
  void ended(ImageTicket image);

  /** After how long an image that waits is asked about again. */
  Duration patience();
}
