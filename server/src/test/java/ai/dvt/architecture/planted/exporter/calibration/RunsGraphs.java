package ai.dvt.architecture.planted.exporter.calibration;

import ai.dvt.cascade.wire.Manifests;

class RunsGraphs {
  String json(ai.dvt.cascade.Calibration calibration) {
    return Manifests.toJson(calibration);
  }
}
