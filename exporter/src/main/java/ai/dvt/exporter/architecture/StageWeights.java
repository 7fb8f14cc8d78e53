package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.weights.Weights;

/** Turns the tensors of one stage into the weights of blocks. */
record StageWeights(Weights tensors, StageGeometry stage) {}
