package ai.dvt.server.grpc;

import ai.dvt.server.engine.Admission;
import ai.dvt.server.engine.CascadeEngine;
import java.util.concurrent.Executor;

/**
 * Where images go in.
 *
 * @param decoders runs one image's decoding after it was admitted
 */
public record ImageIntake(CascadeEngine engine, Executor decoders) {
  Admission admission() {
    return engine.admission();
  }

  /**
   * Images of one set that may wait at exits: an eighth of the room, for others need it too.
   *
   * @param most however much room there is
   */
  long waitingAtExits(ServedModel model, int most) {
    long footprint = model.cascade().footprint(model.rows().normalisedRowBytes());
    return Math.max(1, Math.min(most, admission().capacityBytes() / 8 / footprint));
  }
}
