package ai.dvt.exporter.checkpoint;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, read as a stream.
 *
 * @param metadata the texts under {@code __metadata__}
 * @param tensors by name, in the order of the header
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> tensors) {
  private static final String METADATA = "__metadata__";
  private static final String FORM =
      "one JSON object with dtype, shape and data_offsets for each tensor";
  private static final int MAX_TENSORS = 100_000;
  private static final int MAX_RANK = 16;

  /**
   * What the header says about one tensor; nothing checked.
   *
   * @param begin first byte of the data, counted from behind the header
   * @param end behind its last byte
   */
  record Entry(String dtype, List<Long> shape, long begin, long end) {}

  /**
   * @throws CheckpointException if it is not the JSON that the format asks for
   */
  static SafetensorsHeader read(OpenFile file, Reader text) {
    JsonReader json = new JsonReader(text);
    json.setStrictness(Strictness.STRICT);
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Entry> tensors = new LinkedHashMap<>();
    boolean metadataSeen = false;
    try {
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        if (name.equals(METADATA)) {
          if (metadataSeen) {
            throw file.error("header: " + METADATA + " twice (expected: once)");
          }
          metadataSeen = true;
          readMetadata(json, metadata);
        } else if (tensors.put(name, readEntry(file, name, json)) != null) {
          throw file.error("tensor " + name + ": twice in the header (expected: once)");
        } else if (tensors.size() > MAX_TENSORS) {
          throw file.error("header: over " + MAX_TENSORS + " tensors (expected: at most that)");
        }
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw file.error("header: more than one JSON value (expected: one object)");
      }
      return new SafetensorsHeader(metadata, tensors);
    } catch (CharacterCodingException e) {
      throw file.error("header: is not UTF-8 (expected: JSON in UTF-8)", e);
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw file.error("header: " + reason(e) + " (expected: " + FORM + ")", e);
    }
  }

  private static void readMetadata(JsonReader json, Map<String, String> metadata)
      throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      metadata.put(json.nextName(), json.nextString());
    }
    json.endObject();
  }

  private static Entry readEntry(OpenFile file, String name, JsonReader json) throws IOException {
    String dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    json.beginObject();
    while (json.hasNext()) {
      switch (json.nextName()) {
        case "dtype" -> dtype = json.nextString();
        case "shape" -> shape = integers(file, name, json);
        case "data_offsets" -> offsets = integers(file, name, json);
        default -> json.skipValue();
      }
    }
    json.endObject();
    if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
      throw file.error("tensor " + name + ": header (expected: dtype, shape, two data_offsets)");
    }
    return new Entry(dtype, shape, offsets.get(0), offsets.get(1));
  }

  private static List<Long> integers(OpenFile file, String name, JsonReader json)
      throws IOException {
    List<Long> numbers = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      if (json.peek() != JsonToken.NUMBER || numbers.size() == MAX_RANK) {
        throw file.error(
            "tensor " + name + ": header (expected: lists of at most " + MAX_RANK + " integers)");
      }
      numbers.add(json.nextLong());
    }
    json.endArray();
    return numbers;
  }

  /** What gson says, without its advice and without the path, which may be long. */
  private static String reason(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf(" path $");
    String brief = end < 0 ? message : message.substring(0, end);
    return brief.replaceFirst("^Use JsonReader.*malformed JSON", "is not strict JSON");
  }
}
