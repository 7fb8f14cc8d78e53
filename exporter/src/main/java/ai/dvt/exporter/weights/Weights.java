package ai.dvt.exporter.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tensors under a prefix, in the field's terms (see {@link KeyMap}). A scope shares its root's
 * tensors and its record of what was asked for. Every root has stages, numbered from 1; a plain ViT
 * is a cascade of one stage.
 */
public final class Weights {
  private final Ledger ledger;
  private final String prefix;

  private Weights(Ledger ledger, String prefix) {
    this.ledger = ledger;
    this.prefix = prefix;
  }

  /**
   * The tensors of a state dict, renamed by {@link KeyMap}.
   *
   * @param source what error messages call the origin, usually the file
   * @throws WeightsException if two tensors get the same name
   */
  public static Weights of(String source, Collection<Tensor> tensors) {
    return new Weights(new Ledger(source, KeyMap.rename(source, tensors)), "");
  }

  /** The view under {@code prefix}, with or without its trailing dot. It may hold nothing. */
  public Weights scope(String prefix) {
    return new Weights(ledger, this.prefix + dotted(prefix));
  }

  /** The view of stage {@code number}, counted from 1. */
  public Weights stage(int number) {
    return scope(KeyMap.STAGES + number);
  }

  /** Number of stages, at least 1 if there are any stage tensors. */
  public int stages() {
    return children(KeyMap.STAGES).size();
  }

  /** How the file spells the prefix of each stage, stage 1 first. */
  public List<String> stagePrefixes() {
    return KeyMap.stagePrefixes(ledger.tensors.values().stream().map(Tensor::name).toList());
  }

  /**
   * Length of a list of modules, e.g. {@code length("blocks")} = number of layers.
   *
   * @throws WeightsException if its numbers do not run from 0 without a gap
   */
  public int length(String list) {
    Set<String> children = children(dotted(list));
    for (int i = 0; i < children.size(); i++) {
      if (!children.contains(Integer.toString(i))) {
        throw new WeightsException(
            ledger.source
                + ": "
                + prefix
                + dotted(list)
                + i
                + ": absent (expected: "
                + children.size()
                + " members numbered from 0, got "
                + children
                + ")");
      }
    }
    return children.size();
  }

  /** True if the tensor exists; does not count as asking for it. */
  public boolean has(String name) {
    return ledger.tensors.containsKey(prefix + name);
  }

  /** True if any tensor lies under the prefix. */
  public boolean hasScope(String prefix) {
    String start = this.prefix + dotted(prefix);
    return ledger.tensors.keySet().stream().anyMatch(name -> name.startsWith(start));
  }

  /**
   * The tensor, checked, and from now on used.
   *
   * @param expected its shape; -1 stands for any size; none at all = any shape
   * @throws WeightsException if it is absent or its shape differs
   */
  public Tensor get(String name, int... expected) {
    Tensor tensor = find(name);
    if (expected.length > 0 && !matches(tensor.shape(), expected)) {
      throw new WeightsException(
          describe(name)
              + ": shape "
              + tensor.shape()
              + " (expected: "
              + shapeText(expected)
              + ")");
    }
    String full = prefix + name;
    ledger.asked.add(full);
    return tensor.observed(values -> ledger.inspect(tensor.name(), values));
  }

  /**
   * The shape, without counting as use.
   *
   * @throws WeightsException if the tensor is absent
   */
  public List<Integer> shape(String name) {
    return find(name).shape();
  }

  /** All names in this scope, relative to it, in the order of the file. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (String name : ledger.tensors.keySet()) {
      if (name.startsWith(prefix)) {
        names.add(name.substring(prefix.length()));
      }
    }
    return names;
  }

  /** Names, as in the file, of this scope's tensors that nobody got; sorted. */
  public Set<String> unused() {
    Set<String> unused = new TreeSet<>();
    ledger.tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(prefix) && !ledger.asked.contains(name)) {
            unused.add(tensor.name());
          }
        });
    return unused;
  }

  /** One line per tensor read so far that held NaN or infinite values. */
  public List<String> warnings() {
    return List.copyOf(ledger.nonFinite.values());
  }

  /** Number of numbers in this scope. */
  public long parameters() {
    return ledger.tensors.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToLong(entry -> entry.getValue().count())
        .sum();
  }

  /** What error messages call the origin. */
  public String source() {
    return ledger.source;
  }

  /** The name a tensor of this scope has in messages: source and name in the file. */
  public String describe(String name) {
    Tensor tensor = ledger.tensors.get(prefix + name);
    String full = prefix + name;
    return tensor == null || tensor.name().equals(full)
        ? ledger.source + ": " + full
        : ledger.source + ": " + tensor.name() + " (" + full + ")";
  }

  private Tensor find(String name) {
    Tensor tensor = ledger.tensors.get(prefix + name);
    if (tensor == null) {
      throw new WeightsException(
          ledger.source
              + ": "
              + KeyMap.inFile(prefix + name, ledger.tensors)
              + ": absent (expected: this tensor)");
    }
    return tensor;
  }

  private Set<String> children(String list) {
    String start = prefix + list;
    Set<String> children = new LinkedHashSet<>();
    for (String name : ledger.tensors.keySet()) {
      if (name.startsWith(start)) {
        int dot = name.indexOf('.', start.length());
        children.add(name.substring(start.length(), dot < 0 ? name.length() : dot));
      }
    }
    return children;
  }

  private static boolean matches(List<Integer> shape, int[] expected) {
    if (shape.size() != expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] != -1 && expected[i] != shape.get(i)) {
        return false;
      }
    }
    return true;
  }

  private static String shapeText(int[] shape) {
    List<String> sizes = new ArrayList<>();
    for (int size : shape) {
      sizes.add(size == -1 ? "any" : Integer.toString(size));
    }
    return sizes.toString();
  }

  private static String dotted(String prefix) {
    return prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".";
  }

  /** What all scopes of one root share. */
  private static final class Ledger {
    final String source;
    final Map<String, Tensor> tensors;
    final Set<String> asked = Collections.synchronizedSet(new LinkedHashSet<>());
    final Map<String, String> nonFinite = Collections.synchronizedMap(new LinkedHashMap<>());

    Ledger(String source, Map<String, Tensor> tensors) {
      this.source = source;
      this.tensors = Collections.unmodifiableMap(tensors);
    }

    void inspect(String name, float[] values) {
      int bad = 0;
      for (float value : values) {
        if (!Float.isFinite(value)) {
          bad++;
        }
      }
      if (bad > 0) {
        nonFinite.put(
            name,
            source
                + ": "
                + name
                + ": "
                + bad
                + " of "
                + values.length
                + " values are NaN or infinite (expected: finite weights)");
      }
    }
  }
}
