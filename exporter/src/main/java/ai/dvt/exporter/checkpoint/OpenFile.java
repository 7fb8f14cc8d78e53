package ai.dvt.exporter.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The file while it is open; every message about it starts with its path. */
final class OpenFile implements Closeable {
  private static final int DIGEST_CHUNK = 1 << 16;

  private final Path path;
  private final FileChannel channel;
  private final long size;

  private OpenFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  static OpenFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new CheckpointException(path + ": is a folder (expected: a checkpoint file)");
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new OpenFile(path, channel, channel.size());
    } catch (NoSuchFileException e) {
      throw new CheckpointException(path + ": no such file (expected: a checkpoint file)", e);
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  Path path() {
    return path;
  }

  FileChannel channel() {
    return channel;
  }

  long size() {
    return size;
  }

  CheckpointException error(String message) {
    return new CheckpointException(path + ": " + message);
  }

  CheckpointException error(String message, Throwable cause) {
    return new CheckpointException(path + ": " + message, cause);
  }

  /** The first bytes of the file, at most {@code most}. */
  ByteBuffer head(int most) {
    return new FileRegion(this, "start", 0, Math.min(most, size)).buffer();
  }

  /** Lower-case hex SHA-256 of the whole file, read in small pieces. */
  String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer chunk = ByteBuffer.allocate(DIGEST_CHUNK);
      long at = 0;
      for (int read = channel.read(chunk, at); read > 0; read = channel.read(chunk, at)) {
        at += read;
        digest.update(chunk.flip());
        chunk.clear();
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw error("cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw error("cannot be closed: " + e.getMessage(), e);
    }
  }
}
