package ai.dvt.exporter.checkpoint.pickle;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Bool;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Bytes;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Global;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Int;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.None;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Real;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Storage;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Text;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One run over one pickle: the opcodes of protocols 2 to 5 that data needs, and no other. */
public final class PickleReader {
  private static final None NONE = new None();

  private final PickleBytes in;
  private final Budget budget = new Budget();
  private final PickleStack stack = new PickleStack(budget);
  private final Map<Integer, PickleValue> memo = new HashMap<>();
  private final List<Storage> storages = new ArrayList<>();

  private PickleReader(ByteBuffer source) {
    this.in = new PickleBytes(source);
  }

  /**
   * Reads the pickle that starts at the buffer's position and moves the position behind it.
   *
   * @throws PickleException if it is broken, too large, or names what is not on the allow-list; the
   *     message says at which byte
   */
  public static Pickle read(ByteBuffer source) {
    ByteBuffer window = source.duplicate();
    int start = window.position();
    window.limit((int) Math.min(window.limit(), (long) start + PickleLimits.MAX_BYTES));
    PickleReader reader = new PickleReader(window);
    int at = start;
    try {
      while (true) {
        at = reader.in.position();
        int opcode = reader.in.u1();
        if (opcode == '.') {
          Pickle pickle = new Pickle(reader.stack.pop(), reader.storages);
          source.position(reader.in.position());
          return pickle;
        }
        reader.step(opcode);
      }
    } catch (PickleException e) {
      throw new PickleException("at byte " + (at - start) + ": " + e.getMessage());
    }
  }

  private void step(int opcode) {
    switch (opcode) {
      case 0x80 -> protocol(in.u1());
      case 0x95 -> in.i8(); // FRAME: only a hint
      case '(' -> stack.mark();
      case '0' -> stack.drop();
      case '1' -> stack.popToMark();
      case 'q' -> memo.put(in.u1(), stack.top());
      case 'r' -> memo.put(in.i4(), stack.top());
      case 0x94 -> memo.put(memo.size(), stack.top());
      case 'h' -> recall(in.u1());
      case 'j' -> recall(in.i4());
      case 'N', 0x88, 0x89, 'J', 'K', 'M', 0x8a, 0x8b, 'G' -> stack.push(number(opcode));
      case 'X', 0x8c, 0x8d, 'T', 'U' -> stack.push(text(opcode));
      case 'B', 'C', 0x8e, 0x96 -> stack.push(bytes(opcode));
      case ')', 0x85, 0x86, 0x87, 't' -> stack.push(Sequence.tuple(tupleItems(opcode)));
      case ']', 0x8f -> stack.push(Sequence.list(List.of()));
      case 0x91 -> stack.push(Sequence.list(stack.popToMark()));
      case '}' -> stack.push(new Mapping());
      case 'a' -> append(List.of(stack.pop()));
      case 'e', 0x90 -> append(stack.popToMark());
      case 's' -> setItem();
      case 'u' -> setItems(stack.popToMark());
      case 'c' -> stack.push(Globals.find(in.line(), in.line()));
      case 0x93 -> stackGlobal();
      case 'R', 0x81 -> call();
      case 0x92 -> callWithKeywords();
      case 'b' -> build();
      case 'Q' -> storage();
      default ->
          throw new PickleException(
              String.format("opcode 0x%02x (expected: one of the allow-list)", opcode));
    }
  }

  private void protocol(int version) {
    if (version < 2 || version > 5) {
      throw new PickleException("protocol " + version + " (expected: 2 to 5)");
    }
  }

  private void recall(int key) {
    PickleValue value = memo.get(key);
    if (value == null) {
      throw new PickleException("memo " + key + " is empty (expected: a value put before)");
    }
    stack.push(value);
  }

  private PickleValue number(int opcode) {
    return switch (opcode) {
      case 'N' -> NONE;
      case 0x88 -> new Bool(true);
      case 0x89 -> new Bool(false);
      case 'J' -> Int.of(in.i4());
      case 'K' -> Int.of(in.u1());
      case 'M' -> Int.of(in.u2());
      case 0x8a -> integer(in.u1());
      case 0x8b -> integer(in.i4());
      default -> new Real(in.bigEndianDouble());
    };
  }

  private Int integer(long length) {
    if (length < 0 || length > PickleLimits.MAX_INTEGER_BYTES) {
      throw new PickleException(
          "integer of "
              + length
              + " bytes (expected: at most "
              + PickleLimits.MAX_INTEGER_BYTES
              + ")");
    }
    byte[] little = in.bytes(length);
    byte[] big = new byte[little.length + 1];
    for (int i = 0; i < little.length; i++) {
      big[big.length - 1 - i] = little[i];
    }
    big[0] = (byte) (big.length > 1 && big[1] < 0 ? -1 : 0);
    return new Int(new BigInteger(big));
  }

  private Text text(int opcode) {
    return switch (opcode) {
      case 'X' -> new Text(in.text(in.i4() & 0xffffffffL));
      case 0x8c -> new Text(in.text(in.u1()));
      case 0x8d -> new Text(in.text(in.i8()));
      case 'T' -> new Text(PickleBytes.decode(in.bytes(in.i4()), StandardCharsets.ISO_8859_1));
      default -> new Text(PickleBytes.decode(in.bytes(in.u1()), StandardCharsets.ISO_8859_1));
    };
  }

  private Bytes bytes(int opcode) {
    return switch (opcode) {
      case 'B' -> new Bytes(in.bytes(in.i4() & 0xffffffffL));
      case 'C' -> new Bytes(in.bytes(in.u1()));
      default -> new Bytes(in.bytes(in.i8()));
    };
  }

  private List<PickleValue> tupleItems(int opcode) {
    return switch (opcode) {
      case ')' -> List.of();
      case 't' -> stack.popToMark();
      case 0x85 -> List.of(stack.pop());
      case 0x86 -> {
        PickleValue second = stack.pop();
        yield List.of(stack.pop(), second);
      }
      default -> {
        PickleValue third = stack.pop();
        PickleValue second = stack.pop();
        yield List.of(stack.pop(), second, third);
      }
    };
  }

  private void append(List<PickleValue> items) {
    if (!(stack.top() instanceof Sequence list) || list.isTuple()) {
      throw new PickleException("APPEND to " + kind(stack.top()) + " (expected: a list)");
    }
    items.forEach(list::add);
  }

  private void setItem() {
    PickleValue value = stack.pop();
    setItems(List.of(stack.pop(), value));
  }

  private void setItems(List<PickleValue> pairs) {
    if (!(stack.top() instanceof Mapping mapping)) {
      throw new PickleException("SETITEM on " + kind(stack.top()) + " (expected: a dict)");
    }
    if (pairs.size() % 2 != 0) {
      throw new PickleException("SETITEMS with a key without value (expected: pairs)");
    }
    for (int i = 0; i < pairs.size(); i += 2) {
      mapping.put(pairs.get(i), pairs.get(i + 1));
    }
  }

  private void stackGlobal() {
    PickleValue name = stack.pop();
    PickleValue module = stack.pop();
    if (!(name instanceof Text nameText) || !(module instanceof Text moduleText)) {
      throw new PickleException("STACK_GLOBAL with " + kind(module) + " (expected: two texts)");
    }
    stack.push(Globals.find(moduleText.value(), nameText.value()));
  }

  private void call() {
    PickleValue arguments = stack.pop();
    stack.push(Globals.call(asGlobal(stack.pop()), asTuple(arguments), budget));
  }

  private void callWithKeywords() {
    PickleValue keywords = stack.pop();
    if (!(keywords instanceof Mapping mapping) || !mapping.entries().isEmpty()) {
      throw new PickleException("NEWOBJ_EX with keywords (expected: none)");
    }
    call();
  }

  private void storage() {
    Storage storage = PersistentId.storage(stack.pop());
    storages.add(storage);
    stack.push(storage);
  }

  private void build() {
    PickleValue state = stack.pop();
    PickleValue target = stack.pop();
    stack.push(Globals.build(target, state, budget));
  }

  private static Global asGlobal(PickleValue value) {
    if (value instanceof Global global) {
      return global;
    }
    throw new PickleException("call of " + kind(value) + " (expected: a global of the allow-list)");
  }

  private static Sequence asTuple(PickleValue value) {
    if (value instanceof Sequence sequence && sequence.isTuple()) {
      return sequence;
    }
    throw new PickleException("arguments are " + kind(value) + " (expected: a tuple)");
  }

  static String kind(PickleValue value) {
    return value instanceof Global global ? global.path() : value.getClass().getSimpleName();
  }
}
