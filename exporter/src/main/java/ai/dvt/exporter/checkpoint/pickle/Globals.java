package ai.dvt.exporter.checkpoint.pickle;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Bytes;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Global;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.TensorRef;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Text;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The allow-list of global names, and what a call of each means as data. Names that checkpoints of
 * timm, DeiT, T2T-ViT and DVT carry as baggage become {@link Inert} values.
 */
final class Globals {
  private static final Set<String> STORAGES =
      Set.of(
          "FloatStorage",
          "HalfStorage",
          "BFloat16Storage",
          "DoubleStorage",
          "LongStorage",
          "IntStorage",
          "ShortStorage",
          "CharStorage",
          "ByteStorage",
          "BoolStorage",
          "ComplexFloatStorage",
          "ComplexDoubleStorage",
          "UntypedStorage",
          "QInt8Storage",
          "QUInt8Storage",
          "QInt32Storage");

  private static final Set<String> DTYPES =
      Set.of(
          "float32",
          "float16",
          "bfloat16",
          "float64",
          "int64",
          "int32",
          "int16",
          "int8",
          "uint8",
          "uint16",
          "uint32",
          "uint64",
          "bool",
          "complex64",
          "complex128",
          "float8_e4m3fn",
          "float8_e5m2");

  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("collections", Set.of("OrderedDict", "defaultdict", "Counter", "deque")),
          Map.entry(
              "torch._utils",
              Set.of(
                  "_rebuild_tensor",
                  "_rebuild_tensor_v2",
                  "_rebuild_tensor_v3",
                  "_rebuild_parameter",
                  "_rebuild_parameter_with_state")),
          Map.entry("torch._tensor", Set.of("_rebuild_from_type_v2")),
          Map.entry("torch.nn.parameter", Set.of("Parameter", "Buffer")),
          Map.entry("torch", union(STORAGES, DTYPES, Set.of("Tensor", "Size", "device"))),
          Map.entry(
              "torch.storage",
              Set.of("UntypedStorage", "TypedStorage", "_TypedStorage", "_load_from_bytes")),
          Map.entry("torch.serialization", Set.of("_get_layout")),
          Map.entry("numpy", Set.of("dtype", "ndarray")),
          Map.entry("numpy.core.multiarray", Set.of("scalar", "_reconstruct")),
          Map.entry("numpy._core.multiarray", Set.of("scalar", "_reconstruct")),
          Map.entry("argparse", Set.of("Namespace")),
          Map.entry("types", Set.of("SimpleNamespace")),
          Map.entry("easydict", Set.of("EasyDict")),
          Map.entry("yacs.config", Set.of("CfgNode")),
          Map.entry("_codecs", Set.of("encode")),
          Map.entry("copyreg", Set.of("_reconstructor")),
          Map.entry(
              "pathlib",
              Set.of(
                  "Path",
                  "PosixPath",
                  "WindowsPath",
                  "PurePath",
                  "PurePosixPath",
                  "PureWindowsPath")),
          Map.entry("datetime", Set.of("datetime", "date", "timedelta")),
          Map.entry(
              "builtins",
              Set.of(
                  "set",
                  "frozenset",
                  "list",
                  "dict",
                  "tuple",
                  "int",
                  "long",
                  "float",
                  "bool",
                  "str",
                  "unicode",
                  "bytes",
                  "bytearray",
                  "complex",
                  "slice",
                  "range",
                  "object")));

  private static final Set<String> DICTS =
      Set.of(
          "collections.OrderedDict",
          "collections.defaultdict",
          "collections.Counter",
          "builtins.dict",
          "easydict.EasyDict",
          "yacs.config.CfgNode");

  private static final Set<String> LISTS =
      Set.of(
          "builtins.set",
          "builtins.frozenset",
          "builtins.list",
          "builtins.tuple",
          "collections.deque",
          "torch.Size");

  private Globals() {}

  /** The name, if it is allowed; Python 2's module names count as Python 3's. */
  static Global find(String module, String name) {
    String modern =
        switch (module) {
          case "__builtin__" -> "builtins";
          case "copy_reg" -> "copyreg";
          default -> module;
        };
    if (!ALLOWED.getOrDefault(modern, Set.of()).contains(name)) {
      throw new PickleException(
          "refers to "
              + brief(module)
              + "."
              + brief(name)
              + ": not on the allow-list (expected: tensors and plain values only; nothing was"
              + " executed; save the state dict alone to read this model)");
    }
    return new Global(modern, name);
  }

  /** What {@code function(*arguments)} or {@code class.__new__(class, *arguments)} means. */
  static PickleValue call(Global function, Sequence arguments, Budget budget) {
    String path = function.path();
    if (DICTS.contains(path)) {
      return dict(arguments.items(), budget);
    }
    if (LISTS.contains(path)) {
      return list(arguments.items());
    }
    return switch (path) {
      case "torch._utils._rebuild_tensor",
          "torch._utils._rebuild_tensor_v2",
          "torch._utils._rebuild_tensor_v3" ->
          TensorCalls.tensor(function.name(), arguments.items());
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" ->
          TensorCalls.first(function, arguments.items());
      case "torch._tensor._rebuild_from_type_v2" -> TensorCalls.typed(arguments.items(), budget);
      case "_codecs.encode" -> encode(function, arguments, budget);
      case "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar" ->
          NumpyCalls.scalar(function, arguments);
      default -> new Inert(function, arguments);
    };
  }

  /** What {@code target.__setstate__(state)} leaves. */
  static PickleValue build(PickleValue target, PickleValue state, Budget budget) {
    if (target instanceof Inert inert) {
      inert.state(state);
      return NumpyCalls.array(inert, budget);
    }
    if (target instanceof Mapping || target instanceof TensorRef || target instanceof Sequence) {
      return target; // attributes such as _metadata: not needed
    }
    throw new PickleException("BUILD on " + PickleReader.kind(target) + " (expected: an object)");
  }

  private static PickleValue dict(List<PickleValue> arguments, Budget budget) {
    Mapping mapping = new Mapping();
    for (PickleValue argument : arguments) {
      if (argument instanceof Mapping other) {
        return other; // a dict of a dict: the same entries
      } else if (argument instanceof Sequence pairs) {
        budget.values(pairs.items().size());
        for (PickleValue pair : pairs.items()) {
          if (!(pair instanceof Sequence two) || two.items().size() != 2) {
            throw new PickleException("dict of a list (expected: pairs of key and value)");
          }
          mapping.put(two.items().get(0), two.items().get(1));
        }
      }
    }
    return mapping;
  }

  private static PickleValue list(List<PickleValue> arguments) {
    return !arguments.isEmpty() && arguments.get(0) instanceof Sequence items
        ? items // a set of a list: the same members
        : Sequence.list(List.of());
  }

  private static PickleValue encode(Global function, Sequence arguments, Budget budget) {
    if (!arguments.items().isEmpty()
        && arguments.items().get(0) instanceof Text text
        && text.value().chars().allMatch(c -> c < 256)) {
      budget.bytes(text.value().length());
      return new Bytes(text.value().getBytes(StandardCharsets.ISO_8859_1));
    }
    return new Inert(function, arguments);
  }

  private static String brief(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "...";
  }

  @SafeVarargs
  private static Set<String> union(Set<String>... sets) {
    Set<String> all = new java.util.HashSet<>();
    for (Set<String> set : sets) {
      all.addAll(set);
    }
    return Set.copyOf(all);
  }
}
