package ai.dvt.server.evaluation.pictures;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A picture's file and what it shows.
 *
 * @param name inside the data, e.g. {@code test/cat/0001.jpg}
 * @param label the true class, from 0
 * @param file the file's bytes, shared
 */
public record LabelledPicture(String name, int label, byte[] file) {
  /** Checksum of the file, 64 lower-case hex digits. */
  public String sha256() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
