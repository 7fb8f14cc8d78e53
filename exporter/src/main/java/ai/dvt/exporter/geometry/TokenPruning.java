package ai.dvt.exporter.geometry;

import java.util.ArrayList;
import java.util.List;

/** How a stage drops tokens between its first and its last block. */
public sealed interface TokenPruning {
  /** The families. */
  enum Method {
    /** A small network predicts which tokens to keep (Rao et al., 2021). */
    DYNAMICVIT,
    /** The class token's attention tells (Liang et al., 2022). */
    EVIT,
    /** The same, weighted by the values' norms and sampled (Fayyaz et al., 2022). */
    ATS
  }

  /** Its family. */
  Method method();

  /** The layers that drop tokens, from 0, ascending. */
  List<Integer> at();

  /**
   * Tokens of each layer, the class token included: those that meet in its attention, and those
   * that go on. Where the data decide: the most that can be.
   *
   * @param tokens that enter the first layer
   */
  List<LayerTokens> layers(int tokens, int depth);

  /**
   * @param attending tokens that meet in the attention
   * @param leaving tokens of the MLP, and of the next layer
   */
  record LayerTokens(int attending, int leaving) {}

  /** Layers that drop nothing. */
  static List<LayerTokens> unpruned(int tokens, int depth) {
    return java.util.Collections.nCopies(depth, new LayerTokens(tokens, tokens));
  }

  /**
   * DynamicViT: before each of these layers, a predictor's best tokens are kept.
   *
   * @param kept at each of them, without the class token
   */
  record Predicted(List<Integer> at, List<Integer> kept) implements TokenPruning {
    public Predicted {
      at = List.copyOf(at);
      kept = List.copyOf(kept);
      check(at, kept);
    }

    @Override
    public Method method() {
      return Method.DYNAMICVIT;
    }

    /**
     * floor(patches * rate^i) tokens at the i-th of the layers, from 1.
     *
     * @param patches tokens without the class token
     */
    public static Predicted of(List<Integer> at, double rate, int patches) {
      List<Integer> kept = new ArrayList<>();
      for (int i = 1; i <= at.size(); i++) {
        kept.add((int) (patches * Math.pow(rate, i)));
      }
      return new Predicted(at, kept);
    }

    @Override
    public List<LayerTokens> layers(int tokens, int depth) {
      List<LayerTokens> layers = new ArrayList<>();
      int now = tokens;
      for (int layer = 0; layer < depth; layer++) {
        int step = at.indexOf(layer);
        now = step < 0 ? now : kept.get(step) + 1;
        layers.add(new LayerTokens(now, now));
      }
      return layers;
    }
  }

  /**
   * EViT: between attention and MLP of each of these layers, the tokens that the class token looks
   * at most are kept.
   *
   * @param kept at each of them, without the class token and the fused token
   * @param fused whether the weighted sum of the dropped tokens goes on as a token, the last
   */
  record Attentive(List<Integer> at, List<Integer> kept, boolean fused) implements TokenPruning {
    public Attentive {
      at = List.copyOf(at);
      kept = List.copyOf(kept);
      check(at, kept);
    }

    @Override
    public Method method() {
      return Method.EVIT;
    }

    /**
     * ceil(rate * n) of the n tokens that come in, an earlier fused token among them. Layers where
     * that is all of them drop nothing and are left out.
     *
     * @param patches tokens without the class token
     */
    public static Attentive of(List<Integer> at, double rate, boolean fused, int patches) {
      List<Integer> dropping = new ArrayList<>();
      List<Integer> kept = new ArrayList<>();
      int now = patches;
      for (int layer : at) {
        int keep = (int) Math.ceil(rate * now);
        if (keep < now) {
          dropping.add(layer);
          kept.add(keep);
          now = keep + (fused ? 1 : 0);
        }
      }
      return new Attentive(dropping, kept, fused);
    }

    @Override
    public List<LayerTokens> layers(int tokens, int depth) {
      List<LayerTokens> layers = new ArrayList<>();
      int now = tokens;
      for (int layer = 0; layer < depth; layer++) {
        int attending = now;
        int step = at.indexOf(layer);
        now = step < 0 ? now : kept.get(step) + (fused ? 2 : 1);
        layers.add(new LayerTokens(attending, now));
      }
      return layers;
    }
  }

  /**
   * ATS: in each of these layers the data decide which tokens, and how many, go on.
   *
   * @param form what becomes of the others
   */
  record Sampled(List<Integer> at, Form form) implements TokenPruning {
    /** What becomes of tokens that are not sampled. */
    public enum Form {
      /** They stay in their places and nobody looks at them. Shapes are static. */
      MASK,
      /**
       * They are cut away but for one empty place; an image's result does not depend on its batch.
       */
      COMPACT,
      /**
       * They are cut away to the last, as in the authors' evaluation: an image's result depends on
       * the other images of its batch. For comparison only.
       */
      DROP
    }

    public Sampled {
      at = List.copyOf(at);
      ascending(at);
    }

    @Override
    public Method method() {
      return Method.ATS;
    }

    @Override
    public List<LayerTokens> layers(int tokens, int depth) {
      return unpruned(tokens, depth);
    }
  }

  private static void check(List<Integer> at, List<Integer> kept) {
    ascending(at);
    if (at.size() != kept.size()) {
      throw new GeometryException("kept", kept, "one number for each of the layers " + at);
    }
    for (int i = 0; i < kept.size(); i++) {
      if (kept.get(i) < 1) {
        throw new GeometryException("tokens kept in layer " + at.get(i), kept.get(i), ">= 1");
      }
    }
  }

  private static void ascending(List<Integer> at) {
    for (int i = 0; i < at.size(); i++) {
      if (at.get(i) < 0 || i > 0 && at.get(i) <= at.get(i - 1)) {
        throw new GeometryException("drop-at", at, "layers from 0, ascending");
      }
    }
  }
}
