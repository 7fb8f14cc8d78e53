package ai.dvt.exporter.checkpoint.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.dvt.exporter.checkpoint.pickle.PickleValue.Int;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Real;
import ai.dvt.exporter.checkpoint.pickle.PickleValue.Text;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way a pickle can lie has its own test and its own message. */
class PickleReaderTest {

  @Test
  void integers_of_any_length_keep_their_sign() {
    assertThat(read(start().raw(0x8a, 0))).isEqualTo(new Int(BigInteger.ZERO));
    assertThat(read(start().raw(0x8a, 1, 0xff))).isEqualTo(new Int(BigInteger.valueOf(-1)));
    assertThat(read(start().raw(0x8a, 2, 0xff, 0))).isEqualTo(new Int(BigInteger.valueOf(255)));
    assertThat(read(start().raw('J', 0xfe, 0xff, 0xff, 0xff)))
        .isEqualTo(new Int(BigInteger.valueOf(-2)));
  }

  @Test
  void floats_are_big_endian() {
    assertThat(read(start().raw('G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0))).isEqualTo(new Real(1.5));
  }

  @Test
  void dicts_keep_the_order_of_the_file_and_the_last_value_of_a_key() {
    PickleBuilder pickle =
        start().op("}(").text("b").op("K\1").text("a").op("K\2").text("b").op("K\3").op("u");
    Mapping mapping = (Mapping) read(pickle);
    assertThat(mapping.entries().keySet()).containsExactly("b", "a");
    assertThat(mapping.entries().get("b")).isEqualTo(Int.of(3));
  }

  @Test
  void the_buffer_stands_behind_the_pickle_afterwards() {
    ByteBuffer two = ByteBuffer.wrap(start().op("K\1.K\2.").bytes());
    PickleReader.read(two);
    assertThat(PickleReader.read(two).value()).isEqualTo(Int.of(2));
    assertThat(two.hasRemaining()).isFalse();
  }

  @Test
  void a_namespace_stays_a_name_with_its_attributes() {
    PickleBuilder pickle =
        start().global("argparse", "Namespace").raw(')', 0x81).op("}").text("lr").op("K\1sb");
    Inert inert = (Inert) read(pickle);
    assertThat(inert.type().path()).isEqualTo("argparse.Namespace");
    assertThat(((Mapping) inert.state()).entries()).containsEntry("lr", Int.of(1));
  }

  @ParameterizedTest
  @CsvSource({
    "posix,system", "os,system", "nt,system", "builtins,eval", "__builtin__,exec",
    "builtins,getattr", "builtins,__import__", "subprocess,Popen", "torch,load", "torch.hub,load",
    "torch.storage,eval", "numpy,load", "runpy,run_path", "operator,attrgetter", "__main__,Config",
    "torch.nn.modules.linear,Linear", "collections,namedtuple", "_codecs,decode",
  })
  void a_global_off_the_list_is_refused_where_it_is_named(String module, String name) {
    refused(start().global(module, name), "refers to " + module + "." + name, "allow-list");
    refused(
        start().text(module).text(name).raw(0x93),
        "refers to " + module + "." + name,
        "allow-list");
  }

  @Test
  void a_call_of_a_function_is_refused_before_it_could_matter() {
    refused(
        start().global("posix", "system").text("touch /tmp/pwned").raw(0x85).op("R"),
        "at byte 2: refers to posix.system");
  }

  @ParameterizedTest
  @CsvSource({"P", "i", "o", "I", "L", "F", "S", "V", "g", "p", "d", "l", "2", "Z", "\u0082"})
  void an_opcode_off_the_list_is_refused(String opcode) {
    refused(start().op(opcode), "opcode 0x", "allow-list");
  }

  @Test
  void an_unknown_protocol_is_refused() {
    refused(new PickleBuilder().raw(0x80, 9), "protocol 9 (expected: 2 to 5)");
    refused(new PickleBuilder().raw(0x80, 1), "protocol 1 (expected: 2 to 5)");
  }

  @Test
  void stack_underflow_is_refused() {
    refused(start(), "stack is empty");
    refused(start().op("a"), "stack is empty");
    refused(start().raw(0x87), "stack is empty");
    refused(start().op("R"), "stack is empty");
    refused(start().op("K\1(s"), "stack is empty");
  }

  @Test
  void a_missing_mark_is_refused() {
    refused(start().op("t"), "no mark");
    refused(start().op("]e"), "no mark");
  }

  @Test
  void a_memo_that_was_never_put_is_refused() {
    refused(start().raw('h', 7), "memo 7 is empty");
    refused(start().raw('j', 0xff, 0xff, 0xff, 0xff), "memo -1 is empty");
  }

  @Test
  void a_pickle_without_stop_is_refused() {
    assertThatThrownBy(() -> PickleReader.read(ByteBuffer.wrap(start().op("N").bytes())))
        .isInstanceOf(PickleException.class)
        .hasMessageContaining("ends in the middle");
    assertThatThrownBy(() -> PickleReader.read(ByteBuffer.allocate(0)))
        .isInstanceOf(PickleException.class);
  }

  @Test
  void a_length_beyond_the_end_is_refused_before_it_is_allocated() {
    refused(start().raw('X', 0xff, 0xff, 0xff, 0xff), "length 4294967295");
    refused(start().raw('B', 0xff, 0xff, 0xff, 0x7f), "length 2147483647");
    refused(start().raw(0x8d).little(8, Long.MAX_VALUE), "length 9223372036854775807");
    refused(start().raw(0x8e).little(8, -1), "length -1");
    refused(start().raw('T').little(4, -1), "length -1");
    refused(start().op("cnumpy"), "line without end");
  }

  @Test
  void a_giant_integer_is_refused() {
    refused(start().raw(0x8b).little(4, 1 << 30), "integer of 1073741824 bytes");
    refused(start().raw(0x8b).little(4, -5), "integer of -5 bytes");
    refused(start().raw(0x8a, 200, 1), "length 200");
  }

  @Test
  void text_that_is_no_utf_8_is_refused() {
    refused(start().raw('X', 1, 0, 0, 0, 0xff), "not valid UTF-8");
  }

  @Test
  void deep_nesting_is_refused() {
    PickleBuilder tuples = start().op(")");
    PickleBuilder lists = start().op("]").raw('q', 0);
    for (int i = 0; i < 200; i++) {
      tuples.raw(0x85);
      lists.op("]").raw('h', 0).op("a").raw('q', 0);
    }
    refused(tuples, "nested deeper than 100");
    refused(lists, "nested deeper than 100");
  }

  @Test
  void a_list_inside_itself_is_harmless() {
    PickleBuilder circle = start().op("]").raw('q', 0, 'h', 0).op("a");
    assertThat(((Sequence) read(circle)).items()).hasSize(1);
  }

  @Test
  void many_open_marks_are_refused() {
    refused(start().op("(".repeat(2000)), "open marks");
  }

  @Test
  void more_values_than_any_checkpoint_has_are_refused() {
    refused(start().op("]".repeat(2_100_000)), "more than 2000000 values");
  }

  @Test
  void copying_one_long_text_again_and_again_is_refused() {
    PickleBuilder bomb = start().text("x".repeat(1 << 20)).raw('q', 0).op("0");
    for (int i = 0; i < 100; i++) {
      bomb.global("_codecs", "encode").raw('h', 0).text("latin1").raw(0x86).op("R0");
    }
    refused(bomb, "more than 2000000 values");
  }

  @Test
  void calls_of_what_is_no_global_are_refused() {
    refused(start().op("K\1)R"), "call of Int");
    refused(start().global("collections", "OrderedDict").op("NR"), "arguments are None");
    refused(start().op("K\1Nb"), "BUILD on Int");
    refused(start().op(")K\1a"), "APPEND to Sequence");
    refused(start().op("]K\1K\2s"), "SETITEM on Sequence");
    refused(start().op("}(K\1u"), "key without value");
  }

  @Test
  void tensors_with_wrong_arguments_are_refused() {
    PickleBuilder call = start().global("torch._utils", "_rebuild_tensor_v2");
    refused(call.op(")R"), "_rebuild_tensor_v2: arguments");
    refused(
        start()
            .global("torch._utils", "_rebuild_tensor_v2")
            .op("(")
            .storage("FloatStorage", "0", 4)
            .op("K\0")
            .op("(")
            .text("x")
            .op("t)tR"),
        "sizes (expected: a short tuple of 64-bit integers)");
    refused(
        start().global("torch._utils", "_rebuild_parameter").op("K\1\u0085R"),
        "_rebuild_parameter: arguments");
  }

  @Test
  void a_persistent_id_of_another_form_is_refused() {
    refused(start().text("0").op("Q"), "persistent id");
    refused(
        start()
            .op("(")
            .text("module")
            .global("torch", "FloatStorage")
            .text("0")
            .text("cpu")
            .op("K\4tQ"),
        "persistent id");
  }

  @Test
  void text_values_are_texts() {
    assertThat(read(start().text("naïve"))).isEqualTo(new Text("naïve"));
    assertThat(read(start().raw('U', 1, 'x'))).isEqualTo(new Text("x"));
  }

  private static PickleBuilder start() {
    return PickleBuilder.protocol2();
  }

  private static PickleValue read(PickleBuilder pickle) {
    return PickleReader.read(ByteBuffer.wrap(pickle.op(".").bytes())).value();
  }

  private static void refused(PickleBuilder pickle, String... words) {
    assertThatThrownBy(() -> read(pickle))
        .isInstanceOf(PickleException.class)
        .hasMessageStartingWith("at byte ")
        .hasMessageContainingAll(words);
  }
}
