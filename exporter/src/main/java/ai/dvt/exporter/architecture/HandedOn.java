package ai.dvt.exporter.architecture;

import ai.dvt.exporter.geometry.StageGeometry;
import ai.dvt.exporter.nn.pruning.GridScatter;
import ai.dvt.exporter.nn.pruning.TokenStream;
import ai.dvt.exporter.onnx.Layout;
import ai.dvt.exporter.onnx.Shape;
import ai.dvt.exporter.onnx.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stage's layers make for others, gathered layer by layer. A stage that drops tokens gives
 * the same shapes as one that does not: see {@link GridScatter}.
 */
final class HandedOn {
  private final GridScatter grid;
  private final List<TokenStream> tokens = new ArrayList<>();
  private final List<Relations> relations = new ArrayList<>();

  HandedOn(StageGeometry stage) {
    this.grid = new GridScatter(stage.tokens(), stage.depth());
  }

  /**
   * Logits of layers that saw the same tokens.
   *
   * @param positions int64 [B, k], or null: each in its place
   * @param logits of each layer, [B, H, k, k]
   */
  private record Relations(Value positions, List<Value> logits) {}

  /** The next layer's logits, and where their tokens stood. */
  void relations(LayerRun.Output layer) {
    Relations last = relations.isEmpty() ? null : relations.get(relations.size() - 1);
    if (last == null || last.positions() != layer.positions()) {
      last = new Relations(layer.positions(), new ArrayList<>());
      relations.add(last);
    }
    last.logits().add(layer.logits());
  }

  /** The next layer's tokens, or the last's alone; no addition open. */
  void tokens(TokenStream stream) {
    tokens.add(stream);
  }

  /** In the shape of {@link Intermediate#shape}. */
  Value of(Intermediate output) {
    return switch (output) {
      case TOKENS -> whole(tokens.get(tokens.size() - 1));
      case LAYER_TOKENS -> Layout.concat(1, tokens.stream().map(this::layer).toArray(Value[]::new));
      case RELATIONS -> joined(relations.stream().map(this::whole).toList());
      case LAST_RELATIONS -> {
        Relations last = relations.get(relations.size() - 1);
        Value logits = last.logits().get(last.logits().size() - 1);
        yield grid.relations(logits, last.positions());
      }
    };
  }

  private Value whole(TokenStream stream) {
    return grid.tokens(stream, stream.tokens().x());
  }

  private Value layer(TokenStream stream) {
    Value whole = whole(stream);
    return Layout.reshape(whole, Shape.batch(1, whole.dimension(1), whole.dimension(2)));
  }

  private Value whole(Relations of) {
    return of.positions() == null
        ? joined(of.logits())
        : grid.relations(joined(of.logits()), of.positions());
  }

  private static Value joined(List<Value> parts) {
    return parts.size() == 1 ? parts.get(0) : Layout.concat(1, parts.toArray(Value[]::new));
  }
}
