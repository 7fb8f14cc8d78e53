package ai.dvt.exporter.architecture;

import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.onnx.Graph;
import java.util.List;
import java.util.function.Function;

/**
 * One stage of a cascade and its graphs.
 *
 * @param geometry its sizes
 * @param gflops cost of one image up to this exit, 1e9 multiply-adds by fvcore's rules
 * @param handover what it consumes of the stage before
 * @param graphs builds its graph of a flavour
 */
public record StageGraph(
    StageGeometry geometry,
    double gflops,
    List<HandoverSpec> handover,
    Function<Flavour, Graph> graphs) {
  /** The graph input that takes the picture: float32 [batch, 3, size, size]. */
  public static final String IMAGE = "image";

  /** The graph output of the exit: float32 [batch, classes]. */
  public static final String LOGITS = "logits";

  /** Graph output: float32 [batch, tokens, width], before the last norm. */
  public static final String TOKENS = "tokens";

  /** Graph output: float32 [batch, layers*heads, tokens, tokens], layer-major, before softmax. */
  public static final String RELATIONS = "relations";

  public StageGraph {
    handover = List.copyOf(handover);
  }

  /** For people, e.g. {@code 7x7}. */
  public String name() {
    return geometry.name();
  }

  /** Tokens along one side of the grid. */
  public int grid() {
    return geometry.grid();
  }

  /** The name of the input that takes the picture. */
  public String imageInput() {
    return IMAGE;
  }

  /** The name of the output of the exit. */
  public String logitsOutput() {
    return LOGITS;
  }

  /** Builds the graph; its weights are read only when it is written. */
  public Graph graph(Flavour flavour) {
    return graphs.apply(flavour);
  }
}
