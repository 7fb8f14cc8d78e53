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
}
