package ai.dvt.server.runtime;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.server.runtime.provider.StageGraph;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes into and comes out of a stage, by the manifest.
 *
 * @param inputs the image, then what earlier stages hand over
 * @param outputs the logits, then what later stages need, then what each image cost, if that is
 *     read
 */
record StageTensors(List<Tensor> inputs, List<Tensor> outputs) {
  StageTensors {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * @param stage from 1
   * @param costs whether the output that tells what each image cost is read, where there is one
   */
  static StageTensors of(
      CascadeManifest manifest, HandoverLayout layout, StageSpec spec, int stage, boolean costs) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(image(manifest, spec));
    layout.inputs(stage).forEach(input -> inputs.add(input.input()));
    List<Tensor> outputs = new ArrayList<>();
    outputs.add(
        new Tensor(spec.logitsOutput(), DataType.FLOAT32, List.of((long) manifest.classes())));
    outputs.addAll(layout.outputs(stage));
    spec.costOutput()
        .filter(cost -> costs)
        .ifPresent(cost -> outputs.add(new Tensor(cost, DataType.FLOAT32, List.of(1L))));
    return new StageTensors(inputs, outputs);
  }

  /** A stage's picture. */
  static Tensor image(CascadeManifest manifest, StageSpec spec) {
    Preprocessing size = manifest.preprocessing();
    return new Tensor(
        spec.imageInput(),
        DataType.FLOAT32,
        List.of(3L, (long) size.height(), (long) size.width()));
  }

  /** What a provider's options may depend on. */
  StageGraph graph(StageSpec spec, int maxBatch) {
    return new StageGraph(
        spec.graph().sha256(),
        inputs.stream().map(input -> new StageGraph.Input(input.name(), input.shape())).toList(),
        maxBatch);
  }

  /**
   * @throws StageException naming the tensor of which a batch would have 2 GiB or more
   */
  void check(String place, int maxBatch) throws StageException {
    if (maxBatch < 1) {
      throw new StageException("max-batch: " + maxBatch + " (expected: >= 1)");
    }
    List<Tensor> all = new ArrayList<>(inputs);
    all.addAll(outputs);
    for (Tensor tensor : all) {
      if ((long) tensor.rowBytes() * maxBatch > Integer.MAX_VALUE) {
        throw new StageException(
            place
                + ", tensor "
                + tensor.name()
                + ": "
                + tensor.rowBytes()
                + " bytes an image at max-batch "
                + maxBatch
                + " (expected: under 2 GiB a batch)");
      }
    }
  }
}
