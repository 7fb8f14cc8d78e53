package ai.dvt.exporter.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where foreign key names end. Everything behind it uses these names:
 *
 * <pre>
 * stages.K.                          K = 1, 2, ... in the order images pass; a plain ViT is stages.1.
 *   cls_token, dist_token, pos_embed
 *   patch_embed.proj.{weight,bias}                      DeiT front
 *   tokens_to_token.{1,2}.norm1, .norm2                 T2T front, both kinds
 *   tokens_to_token.{1,2}.mlp.fc1, .mlp.fc2
 *   tokens_to_token.{1,2}.kqv, .random_features, .proj  performer
 *   tokens_to_token.{1,2}.attn.qkv, .attn.proj          transformer tokens
 *   tokens_to_token.project
 *   blocks.N.norm1, .attn.qkv, .attn.proj, .norm2, .mlp.fc1, .mlp.fc2
 *   blocks.N.feature_reuse.norm, .fc1, .fc2             context embedding (paper section 3.2)
 *   relation_reuse.expand, .reduce                      1x1 convolutions on the attention logits
 *   norm, head, head_dist
 * </pre>
 *
 * Names it does not know pass unchanged behind their stage.
 */
public final class KeyMap {
  /** Prefix of every stage; the number follows. */
  static final String STAGES = "stages.";

  /** The DVT authors' stage prefixes, coarse to fine. */
  private static final List<String> AUTHORS_STAGES =
      List.of("less_less_token.", "less_token.", "normal_token.");

  private static final Pattern NUMBERED_STAGE = Pattern.compile("stages\\.(\\d{1,4})\\..*");

  /** Module names inside a stage: foreign, ours. Applied to whole path segments. */
  private static final List<Rename> RENAMES =
      List.of(
          new Rename("feature_resuse_mlp.0", "feature_reuse.norm"),
          new Rename("feature_resuse_mlp.1.fc1", "feature_reuse.fc1"),
          new Rename("feature_resuse_mlp.1.fc2", "feature_reuse.fc2"),
          new Rename("relation_reuse_conv.0", "relation_reuse.expand"),
          new Rename("relation_reuse_conv.2", "relation_reuse.reduce"),
          new Rename("tokens_to_token.attention1.w", "tokens_to_token.1.random_features"),
          new Rename("tokens_to_token.attention2.w", "tokens_to_token.2.random_features"),
          new Rename("tokens_to_token.attention1.mlp.0", "tokens_to_token.1.mlp.fc1"),
          new Rename("tokens_to_token.attention2.mlp.0", "tokens_to_token.2.mlp.fc1"),
          new Rename("tokens_to_token.attention1.mlp.2", "tokens_to_token.1.mlp.fc2"),
          new Rename("tokens_to_token.attention2.mlp.2", "tokens_to_token.2.mlp.fc2"),
          new Rename("tokens_to_token.attention1", "tokens_to_token.1"),
          new Rename("tokens_to_token.attention2", "tokens_to_token.2"));

  private KeyMap() {}

  /** Our name of every tensor, in the order given. */
  static Map<String, Tensor> rename(String source, Collection<Tensor> tensors) {
    List<String> prefixes = stagePrefixes(tensors.stream().map(Tensor::name).toList());
    Map<String, Tensor> renamed = new LinkedHashMap<>();
    for (Tensor tensor : tensors) {
      String name = rename(tensor.name(), prefixes);
      Tensor before = renamed.put(name, tensor);
      if (before != null) {
        throw new WeightsException(
            source
                + ": "
                + tensor.name()
                + ": means the same as "
                + before.name()
                + " (expected: one tensor for "
                + name
                + ")");
      }
    }
    return renamed;
  }

  /**
   * The prefixes of the stages in a file, first stage first; a single empty one for a plain ViT.
   * Any subset of the authors' three, in their order, or {@code stages.N.} by ascending N.
   */
  public static List<String> stagePrefixes(Collection<String> names) {
    List<String> prefixes = new ArrayList<>();
    for (String prefix : AUTHORS_STAGES) {
      if (names.stream().anyMatch(name -> name.startsWith(prefix))) {
        prefixes.add(prefix);
      }
    }
    Map<Integer, String> numbered = new TreeMap<>();
    for (String name : names) {
      Matcher matcher = NUMBERED_STAGE.matcher(name);
      if (matcher.matches()) {
        numbered.put(Integer.parseInt(matcher.group(1)), STAGES + matcher.group(1) + ".");
      }
    }
    prefixes.addAll(numbered.values());
    return prefixes.isEmpty() ? List.of("") : prefixes;
  }

  private static String rename(String name, List<String> prefixes) {
    for (int i = 0; i < prefixes.size(); i++) {
      String prefix = prefixes.get(i);
      if (name.startsWith(prefix)) {
        return STAGES + (i + 1) + "." + inStage(name.substring(prefix.length()));
      }
    }
    return name;
  }

  private static String inStage(String name) {
    for (Rename rename : RENAMES) {
      int at = rename.find(name, rename.foreign());
      if (at >= 0) {
        return name.substring(0, at)
            + rename.ours()
            + name.substring(at + rename.foreign().length());
      }
    }
    return name;
  }

  /** How a file with these tensors would call our name; for messages about absent tensors. */
  static String inFile(String ours, Map<String, Tensor> renamed) {
    List<String> prefixes = stagePrefixes(renamed.values().stream().map(Tensor::name).toList());
    for (int i = 0; i < prefixes.size(); i++) {
      String stage = STAGES + (i + 1) + ".";
      if (ours.startsWith(stage)) {
        return prefixes.get(i) + foreign(ours.substring(stage.length()));
      }
    }
    return ours;
  }

  private static String foreign(String ours) {
    for (Rename rename : RENAMES) {
      int at = rename.find(ours, rename.ours());
      if (at >= 0) {
        return ours.substring(0, at)
            + rename.foreign()
            + ours.substring(at + rename.ours().length());
      }
    }
    return ours;
  }

  private record Rename(String foreign, String ours) {
    /** Where {@code part} stands in {@code name} on segment borders, or -1. */
    int find(String name, String part) {
      int at = name.indexOf(part);
      boolean starts = at == 0 || (at > 0 && name.charAt(at - 1) == '.');
      int end = at + part.length();
      return starts && (end == name.length() || name.charAt(end) == '.') ? at : -1;
    }
  }
}
