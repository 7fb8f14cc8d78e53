package ai.dvt.cascade;

import java.util.List;
import java.util.Optional;

/**
 * A graph and its exit.
 *
 * @param name for people, e.g. {@code 7x7}
 * @param graph the ONNX file
 * @param data external data files the graph refers to
 * @param gridRows rows of the token grid
 * @param gridColumns columns of the token grid
 * @param gflops cost of one image from the start of the cascade to this exit, 1e9 multiply-adds by
 *     fvcore's rules
 * @param imageInput input of shape float32 [batch, 3, height, width]
 * @param logitsOutput output of shape float32 [batch, classes]
 * @param handover what this stage takes from earlier ones
 * @param costOutput output float32 [batch, 1], what each image cost in this stage, where pictures
 *     decide; {@code gflops} is then the most that can be
 * @param dropping the method by which its layers drop tokens, e.g. {@code evit}; empty: none do
 */
public record StageSpec(
    String name,
    FileSpec graph,
    List<FileSpec> data,
    int gridRows,
    int gridColumns,
    double gflops,
    String imageInput,
    String logitsOutput,
    List<HandoverSpec> handover,
    Optional<String> costOutput,
    Optional<String> dropping) {
  public StageSpec {
    data = List.copyOf(data);
    handover = List.copyOf(handover);
    if (gridRows < 1 || gridColumns < 1) {
      throw new ContractException(
          "grid of stage " + name, gridRows + "x" + gridColumns, "at least 1x1");
    }
    if (!(gflops > 0 && Double.isFinite(gflops))) {
      throw new ContractException("gflops of stage " + name, gflops, "> 0");
    }
    if (imageInput.isEmpty() || logitsOutput.isEmpty()) {
      throw new ContractException(
          "stage " + name, "no image_input or logits_output", "names of the graph's tensors");
    }
  }

  /** A stage that costs the same for every image and drops no tokens. */
  public StageSpec(
      String name,
      FileSpec graph,
      List<FileSpec> data,
      int gridRows,
      int gridColumns,
      double gflops,
      String imageInput,
      String logitsOutput,
      List<HandoverSpec> handover) {
    this(
        name,
        graph,
        data,
        gridRows,
        gridColumns,
        gflops,
        imageInput,
        logitsOutput,
        handover,
        Optional.empty(),
        Optional.empty());
  }
}
