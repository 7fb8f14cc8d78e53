package ai.dvt.exporter.architecture;

import ai.dvt.cascade.Flavour;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.onnx.Graph;
import java.util.Set;

/** Builds the graphs of one stage. */
record StageAssembly(StageGeometry stage, StageWeights weights, Set<Intermediate> outputs) {
  Graph graph(Flavour flavour) {
    throw new UnsupportedOperationException("graph of " + flavour);
  }
}
