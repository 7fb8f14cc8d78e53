package ai.dvt.exporter.bundle;

import ai.dvt.cascade.FileSpec;
import ai.dvt.exporter.onnx.Constant;
import ai.dvt.exporter.onnx.ExternalTensors;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/**
 * The one file with the large constants of every stage and flavour. Equal bytes stand once; only
 * one tensor at a time is in memory. A tensor of a page or more begins at a page, so that a runtime
 * can map it; smaller ones begin at a cache line.
 */
final class WeightsFile implements ExternalTensors, Closeable {
  static final String NAME = "weights.bin";
  static final int PAGE = 4096;
  private static final int CACHE_LINE = 64;

  private final FileChannel channel;
  private final MessageDigest digest = VersionFolder.sha256();
  private final Map<Content, Location> stored = new HashMap<>();
  private long end;

  private WeightsFile(FileChannel channel) {
    this.channel = channel;
  }

  static WeightsFile create(VersionFolder folder) throws IOException {
    return new WeightsFile(
        FileChannel.open(
            folder.resolve(NAME), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW));
  }

  @Override
  public Location place(Constant constant) throws IOException {
    ByteBuffer bytes = constant.bytes();
    int length = bytes.remaining();
    MessageDigest own = VersionFolder.sha256();
    own.update(bytes.duplicate());
    Content content = new Content(VersionFolder.hex(own.digest()), length);
    Location before = stored.get(content);
    if (before != null) {
      return before;
    }
    int alignment = length >= PAGE ? PAGE : CACHE_LINE;
    append(ByteBuffer.allocate((int) (Math.floorMod(-end, (long) alignment))));
    Location location = new Location(NAME, end, length);
    append(bytes);
    stored.put(content, location);
    return location;
  }

  private void append(ByteBuffer bytes) throws IOException {
    digest.update(bytes.duplicate());
    end += bytes.remaining();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Describes the file as written so far; nothing may be placed afterwards. */
  FileSpec describe() {
    return new FileSpec(NAME, VersionFolder.hex(digest.digest()), end);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private record Content(String sha256, int length) {}
}
