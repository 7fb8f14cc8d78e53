package ai.dvt.exporter.architecture;

import ai.dvt.cascade.DataType;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.Precision;
import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.onnx.Graph;
import ai.dvt.exporter.onnx.HalfPrecision;
import ai.dvt.exporter.onnx.RowQuantization;
import java.util.List;
import java.util.Optional;
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

  /**
   * Graph output: float32 [batch, 1], what each image cost, 1e9 multiply-adds; of stages whose
   * pictures decide how many tokens go on.
   */
  public static final String COST = "gflops";

  /**
   * Graph output of step j that drops tokens, from 0, for verification: float32 [batch, places],
   * the first layer's place of every token left, the class token's being 0; -1 an empty place; from
   * the first layer's number of tokens N on: N + b the token fused in layer b.
   */
  public static final String KEPT = "kept_";

  /** Graph output of step j: float32 [batch, n], scores of the tokens before it, in their order. */
  public static final String SCORE = "score_";

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

  /** The output that tells each image's cost; empty if all cost the same. */
  public Optional<String> costOutput() {
    return LayerRun.countsTokens(geometry) ? Optional.of(COST) : Optional.empty();
  }

  /** The method by which its layers drop tokens, in lower case; empty: none do. */
  public Optional<String> dropping() {
    return geometry
        .pruning()
        .map(pruning -> pruning.method().name().toLowerCase(java.util.Locale.ROOT));
  }

  /** Builds the graph; its weights are read only when it is written. */
  public Graph graph(Flavour flavour) {
    return graphs.apply(flavour);
  }

  /**
   * The graph in another arithmetic. FLOAT16: all but norms, softmax and the front, the hand-over
   * as float16. INT8: the products with the layers' matrices; ONNX Runtime's CPU provider only.
   *
   * @throws ArchitectureException for FLOAT16 if pictures decide how many tokens go on
   */
  public Graph graph(Flavour flavour, Precision precision) {
    if (precision == Precision.FLOAT16 && LayerRun.countsTokens(geometry)) {
      throw new ArchitectureException(
          "precision of a model whose pictures decide how many tokens go on",
          "float16",
          "float32 or int8: the sampling needs float32");
    }
    Graph graph = graph(flavour);
    return switch (precision) {
      case FLOAT32 -> graph;
      case FLOAT16 -> HalfPrecision.of(graph, StageGraph::wide, StageGraph::handedOver);
      case INT8 -> RowQuantization.of(graph, name -> name.contains("blocks."));
    };
  }

  /** What it consumes in a precision. */
  public List<HandoverSpec> handover(Precision precision) {
    return precision == Precision.FLOAT16
        ? handover.stream()
            .map(
                h ->
                    new HandoverSpec(
                        h.output(), h.input(), DataType.FLOAT16, h.shape(), h.fromStage()))
            .toList()
        : handover;
  }

  /** The front: a performer's exponentials have no maximum subtracted and leave float16. */
  private static boolean wide(String node) {
    return node.startsWith("embedding/");
  }

  private static boolean handedOver(String end) {
    return !List.of(IMAGE, LOGITS, COST).contains(end)
        && !end.startsWith(KEPT)
        && !end.startsWith(SCORE);
  }
}
