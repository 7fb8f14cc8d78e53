package ai.dvt.cascade.npy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the header says, checked.
 *
 * @param type of the elements
 * @param shape every dimension {@code >= 0}, at most 2 GiB in all
 */
record NpyHeader(NpyType type, List<Integer> shape) {
  /** Longest header text that is read; 32 dimensions of 20 digits are far below. */
  static final int MAX_TEXT = 1 << 14;

  private static final int MAX_DIMENSIONS = 32;
  private static final Pattern ENTRY =
      Pattern.compile(
          "\\s*'(?<key>[a-z_]{1,16})'\\s*:\\s*"
              + "(?:'(?<text>[^'\\\\]{1,64})'|(?<flag>True|False)|\\((?<tuple>[^()]*)\\))\\s*(?<end>,|$)");
  private static final Pattern DIMENSION = Pattern.compile("\\d{1,10}");

  /** Reads the text between the length field and the data: a Python dict literal. */
  static NpyHeader parse(String source, String text) throws NpyException {
    String dict = text.strip();
    if (!dict.startsWith("{") || !dict.endsWith("}")) {
      throw new NpyException(source, "header", quoted(dict), "a dict in braces");
    }
    String inner = dict.substring(1, dict.length() - 1);
    Matcher entry = ENTRY.matcher(inner);
    Set<String> seen = new HashSet<>();
    NpyType type = null;
    List<Integer> shape = null;
    int at = 0;
    while (at < inner.length() && !inner.substring(at).isBlank()) {
      if (!entry.region(at, inner.length()).lookingAt()) {
        throw new NpyException(
            source, "header", quoted(inner.substring(at)), "descr, fortran_order and shape");
      }
      String key = entry.group("key");
      if (!seen.add(key)) {
        throw new NpyException(source, "header", key + " twice", "each key once");
      }
      switch (key) {
        case "descr" -> type = type(source, entry.group("text"));
        case "fortran_order" -> {
          if (!"False".equals(entry.group("flag"))) {
            throw new NpyException(
                source, key, String.valueOf(entry.group("flag")), "False: C order");
          }
        }
        case "shape" -> shape = shape(source, entry.group("tuple"));
        default -> throw new NpyException(source, "header", key, "descr, fortran_order and shape");
      }
      at = entry.end();
    }
    if (type == null || shape == null || !seen.contains("fortran_order")) {
      throw new NpyException(source, "header", seen, "descr, fortran_order and shape");
    }
    checkedBytes(source, type, shape);
    return new NpyHeader(type, shape);
  }

  private static NpyType type(String source, String descr) throws NpyException {
    return NpyType.of(String.valueOf(descr))
        .orElseThrow(
            () -> new NpyException(source, "descr", descr, "<f2, <f4, <f8, <i4, <i8 or |u1"));
  }

  private static List<Integer> shape(String source, String tuple) throws NpyException {
    List<Integer> shape = new ArrayList<>();
    if (tuple == null) {
      throw new NpyException(source, "shape", "no tuple", "a tuple of dimensions");
    }
    if (tuple.isBlank()) {
      return shape;
    }
    String[] items = tuple.split(",", -1);
    for (int i = 0; i < items.length; i++) {
      String item = items[i].strip();
      if (item.isEmpty() && i == items.length - 1 && i > 0) {
        break;
      }
      if (!DIMENSION.matcher(item).matches()
          || Long.parseLong(item) > Integer.MAX_VALUE
          || i >= MAX_DIMENSIONS) {
        throw new NpyException(
            source,
            "shape",
            quoted(tuple),
            "up to " + MAX_DIMENSIONS + " dimensions of 0.." + Integer.MAX_VALUE);
      }
      shape.add(Integer.parseInt(item));
    }
    return shape;
  }

  /** Bytes of the elements; refuses what does not fit one buffer. */
  static int checkedBytes(String source, NpyType type, List<Integer> shape) throws NpyException {
    long bytes = type.bytes();
    for (int dimension : shape) {
      if (dimension == 0) {
        return 0;
      }
    }
    for (int dimension : shape) {
      bytes *= dimension;
      if (bytes > Integer.MAX_VALUE) {
        throw new NpyException(source, "shape", shape + " of " + type.descr(), "under 2 GiB");
      }
    }
    return (int) bytes;
  }

  /** The text that NumPy would write, without padding. */
  String text() {
    StringBuilder tuple = new StringBuilder("(");
    for (int i = 0; i < shape.size(); i++) {
      tuple.append(i == 0 ? "" : ", ").append(shape.get(i));
    }
    tuple.append(shape.size() == 1 ? ",)" : ")");
    return "{'descr': '" + type.descr() + "', 'fortran_order': False, 'shape': " + tuple + ", }";
  }

  private static String quoted(String text) {
    String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
    return '"' + shown.replaceAll("[^\\x20-\\x7e]", "?") + '"';
  }
}
