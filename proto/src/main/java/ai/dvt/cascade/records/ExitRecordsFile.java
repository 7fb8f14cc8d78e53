package ai.dvt.cascade.records;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitOutcome;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Exit records as one structured NumPy array: {@code numpy.load(file)} gives the columns {@code
 * sha256} (64 hex digits), {@code label} (int32, the true class), and with one value per exit
 * {@code index} (int32, the exit's class), {@code confidence}, {@code second_confidence}, {@code
 * entropy} (float32; nats), and, of models in which pictures decide what they cost, {@code gflops}
 * (float32, cumulative, 1e9 multiply-adds).
 */
public final class ExitRecordsFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int SHA256_DIGITS = 64;
  private static final int ALIGNMENT = 64;
  private static final Pattern HEADER =
      Pattern.compile(
          ("{'descr': [('sha256', '|S64'), ('label', '<i4'), ('index', '<i4', (#,)),"
                      + " ('confidence', '<f4', (#,)), ('second_confidence', '<f4', (#,)),"
                      + " ('entropy', '<f4', (#,))@], 'fortran_order': False, 'shape': (#,), }")
                  .replaceAll("([\\[\\](){}|])", "\\\\$1")
                  .replace("@", "(, \\('gflops', '<f4', \\(#,\\)\\))?")
                  .replace("#", "([0-9]{1,9})")
              + "\\s*");

  private ExitRecordsFile() {}

  /**
   * Where a model's records of a calibration lie: {@code calibrations/NAME.records.npy}, of a model
   * with settings {@code calibrations/NAME@SETTING.records.npy}.
   *
   * @param version the model's version folder
   * @param setting empty where the model has one
   */
  public static Path in(Path version, String calibration, String setting) {
    String of = setting.isEmpty() ? calibration : calibration + "@" + setting;
    return version.resolve("calibrations").resolve(of + ".records.npy");
  }

  /** Writes all records. */
  public static void write(ExitRecords records, Path file) throws IOException {
    int exits = records.exits();
    boolean costs = records.hasCosts();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(header(exits, records.size(), costs));
      ByteBuffer record =
          ByteBuffer.allocate(recordBytes(exits, costs)).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < records.size(); i++) {
        record.clear();
        record.put(records.sha256(i).getBytes(StandardCharsets.US_ASCII));
        record.putInt(records.label(i));
        for (int exit = 0; exit < exits; exit++) {
          ExitOutcome outcome = records.outcome(i, exit + 1);
          int at = SHA256_DIGITS + 4 + 4 * exit;
          record.putInt(at, outcome.index());
          record.putFloat(at + 4 * exits, outcome.confidence());
          record.putFloat(at + 8 * exits, outcome.secondConfidence());
          record.putFloat(at + 12 * exits, outcome.entropy());
          if (costs) {
            record.putFloat(at + 16 * exits, (float) records.gflops(i, exit + 1));
          }
        }
        out.write(record.array());
      }
    }
  }

  /**
   * Reads all records.
   *
   * @throws ContractException if the file is no array of these columns or is cut short
   * @throws IOException if there is no file or it cannot be read
   */
  public static ExitRecords read(Path file) throws IOException {
    String name = file.getFileName().toString();
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    Matcher header = header(bytes);
    if (header == null) {
      throw new ContractException(
          name, "another header", "a .npy file with the columns of exit records");
    }
    int exits = Integer.parseInt(header.group(1));
    boolean costs = header.group(5) != null;
    int size = Integer.parseInt(header.group(7));
    for (int group : costs ? new int[] {2, 3, 4, 6} : new int[] {2, 3, 4}) {
      if (exits < 1 || !header.group(group).equals(header.group(1))) {
        throw new ContractException(name, "columns of different exits", "one number of exits");
      }
    }
    int recordBytes = recordBytes(exits, costs);
    if (bytes.remaining() != (long) recordBytes * size) {
      throw new ContractException(
          name,
          bytes.remaining() + " bytes of records",
          (long) recordBytes * size + " for " + size + " records");
    }
    ExitRecords.Builder records = new ExitRecords.Builder(exits, costs);
    byte[] sha256 = new byte[SHA256_DIGITS];
    for (int i = 0; i < size; i++) {
      int start = bytes.position() + i * recordBytes;
      bytes.get(start, sha256);
      List<ExitOutcome> outcomes = new ArrayList<>();
      List<Float> gflops = new ArrayList<>();
      for (int exit = 0; exit < exits; exit++) {
        int at = start + SHA256_DIGITS + 4 + 4 * exit;
        outcomes.add(
            new ExitOutcome(
                exit + 1,
                bytes.getInt(at),
                bytes.getFloat(at + 4 * exits),
                bytes.getFloat(at + 8 * exits),
                bytes.getFloat(at + 12 * exits)));
        if (costs) {
          gflops.add(bytes.getFloat(at + 16 * exits));
        }
      }
      records.add(
          new String(sha256, StandardCharsets.US_ASCII),
          bytes.getInt(start + SHA256_DIGITS),
          outcomes,
          gflops);
    }
    return records.build();
  }

  private static int recordBytes(int exits, boolean costs) {
    return SHA256_DIGITS + 4 + (costs ? 20 : 16) * exits;
  }

  private static byte[] header(int exits, int size, boolean costs) {
    String text =
        ("{'descr': [('sha256', '|S64'), ('label', '<i4'), ('index', '<i4', (#,)),"
                    + " ('confidence', '<f4', (#,)), ('second_confidence', '<f4', (#,)),"
                    + " ('entropy', '<f4', (#,))@], 'fortran_order': False, 'shape': (")
                .replace("@", costs ? ", ('gflops', '<f4', (#,))" : "")
                .replace("#", Integer.toString(exits))
            + size
            + ",), }";
    int padded = (MAGIC.length + 2 + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    int length = padded - MAGIC.length - 2;
    ByteBuffer header = ByteBuffer.allocate(padded).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) length);
    header.put(
        (text + " ".repeat(length - 1 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    return header.array();
  }

  /** Null for another header; leaves the position at the records. */
  private static Matcher header(ByteBuffer bytes) {
    byte[] magic = new byte[MAGIC.length];
    if (bytes.remaining() < MAGIC.length + 2) {
      return null;
    }
    bytes.get(magic);
    int length = bytes.getShort() & 0xffff;
    if (!java.util.Arrays.equals(magic, MAGIC) || length > bytes.remaining()) {
      return null;
    }
    byte[] text = new byte[length];
    bytes.get(text);
    Matcher header = HEADER.matcher(new String(text, StandardCharsets.ISO_8859_1));
    return header.matches() ? header : null;
  }
}
