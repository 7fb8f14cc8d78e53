package ai.dvt.exporter.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The state dicts of a file by the key of the outer dict they stand under; the empty key means that
 * the file itself is the state dict.
 */
public final class StateDicts {
  /** The file itself. */
  public static final String BARE = "";

  private static final List<String> TRAINED = List.of("model_state_dict", "state_dict", "model");
  private static final List<String> AVERAGED = List.of("state_dict_ema", "model_ema");

  private static final List<String> DEFAULT =
      List.of("model_state_dict", "state_dict", "model", BARE, "state_dict_ema", "model_ema");

  private final String file;
  private final Map<String, Supplier<StateDict>> found;

  StateDicts(String file, Map<String, Supplier<StateDict>> found) {
    this.file = file;
    this.found = new LinkedHashMap<>(found);
  }

  static boolean isWrapper(String key) {
    return TRAINED.contains(key) || AVERAGED.contains(key);
  }

  /** Keys of the state dicts in this file. */
  public Set<String> wrappers() {
    return Set.copyOf(found.keySet());
  }

  /**
   * The state dict to export.
   *
   * @param ema take the moving average: {@code state_dict_ema}, else {@code model_ema}; otherwise
   *     the order is {@code model_state_dict}, {@code state_dict}, {@code model}, the file itself,
   *     and a moving average only where there is nothing else
   * @param wanted the key to take instead, {@link #BARE} for the file itself
   * @throws CheckpointException if it is not there, or one of its tensors is not what it says
   */
  public StateDict select(boolean ema, Optional<String> wanted) {
    if (wanted.isPresent()) {
      return require(List.of(wanted.get()), "key " + wanted.get());
    }
    return ema ? require(AVERAGED, "moving average (--ema)") : require(DEFAULT, "state dict");
  }

  private StateDict require(List<String> keys, String what) {
    for (String key : keys) {
      Supplier<StateDict> dict = found.get(key);
      if (dict != null) {
        return dict.get();
      }
    }
    throw new CheckpointException(
        file
            + ": "
            + what
            + ": absent, the file holds "
            + (found.isEmpty()
                ? "no state dict"
                : found.keySet().toString().replace("[]", "[itself]"))
            + " (expected: tensors under one of "
            + keys.stream().map(key -> key.isEmpty() ? "the file itself" : key).toList()
            + ")");
  }
}
