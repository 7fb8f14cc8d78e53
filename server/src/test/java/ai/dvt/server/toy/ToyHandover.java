package ai.dvt.server.toy;

import ai.dvt.server.config.Handover;
import ai.dvt.server.config.ProviderSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which hand-over the tests of engine and server run through: the build runs them with {@code
 * -Ddvt.test.handover=device} once more.
 */
public final class ToyHandover {
  public static final Handover CHOSEN =
      Handover.valueOf(System.getProperty("dvt.test.handover", "host").toUpperCase(Locale.ROOT));

  /** The CPU with it. */
  public static final ProviderSettings PROVIDERS =
      new ProviderSettings(
          List.of("cpu"),
          false,
          Map.of(),
          Map.of(),
          ProviderSettings.CPU.engines(),
          CHOSEN,
          Optional.empty());

  private static final boolean ON_DEVICE = CHOSEN == Handover.DEVICE;

  /** Bytes that a toy picture takes along from stage to stage: on a device it is kept itself. */
  public static long pictureBytes() {
    return ON_DEVICE ? ToyCascade.PIXELS * Float.BYTES : 0;
  }

  /** How often a picture is read that passes so many exits: by a device once. */
  public static int reads(int exits) {
    return ON_DEVICE ? Math.min(1, exits) : exits;
  }

  private ToyHandover() {}
}
