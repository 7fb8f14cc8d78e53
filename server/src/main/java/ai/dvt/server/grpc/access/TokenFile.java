package ai.dvt.server.grpc.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tokens and their rights: a line {@code TOKEN infer} or {@code TOKEN admin} each; blank lines and
 * those that begin with {@code #} say nothing. Keeps digests alone. Safe from any thread.
 */
final class TokenFile {
  private static final int SHORTEST = 16;

  private record Entry(byte[] digest, Right right) {}

  private final Path file;
  private volatile List<Entry> entries = List.of();

  TokenFile(Path file) {
    this.file = file;
  }

  /** Reads the file; if it cannot be used what was read before stays. */
  void read() throws AccessException {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new AccessException("token-file", file + ", unreadable", "a readable text file", e);
    }
    List<Entry> found = new ArrayList<>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        found.add(entry(line, file + ":" + number));
      }
    }
    if (found.isEmpty()) {
      throw new AccessException("token-file", file + ", no token in it", "at least one");
    }
    entries = List.copyOf(found);
  }

  /** The message never quotes the token. */
  private static Entry entry(String line, String place) throws AccessException {
    String[] words = line.split("\\s+");
    String right = words.length == 2 ? words[1].toLowerCase(Locale.ROOT) : "";
    if (!right.equals("infer") && !right.equals("admin")) {
      throw new AccessException(
          "token-file", place + ", another form", "TOKEN infer or TOKEN admin");
    }
    if (words[0].length() < SHORTEST) {
      throw new AccessException(
          "token-file",
          place + ", a token of " + words[0].length() + " characters",
          "at least " + SHORTEST);
    }
    return new Entry(digest(words[0]), right.equals("admin") ? Right.ADMIN : Right.INFER);
  }

  /** The right of a token; takes the same time for any two tokens. */
  Optional<Right> rightOf(String token) {
    byte[] digest = digest(token);
    Right right = null;
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.digest(), digest)) {
        right = entry.right();
      }
    }
    return Optional.ofNullable(right);
  }

  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
