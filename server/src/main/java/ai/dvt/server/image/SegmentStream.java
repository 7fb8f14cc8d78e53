package ai.dvt.server.image;

import java.nio.ByteBuffer;
import java.util.List;
import javax.imageio.stream.ImageInputStreamImpl;

/** Pieces of a file in memory, one after another, read in place. */
final class SegmentStream extends ImageInputStreamImpl {
  private final List<ByteBuffer> segments;
  private final long length;
  private int current;
  private long currentStart;
  private boolean exhausted;

  /**
   * @param segments read from position to limit, positions unchanged
   */
  SegmentStream(List<ByteBuffer> segments) {
    this.segments = segments.stream().map(ByteBuffer::slice).toList();
    this.length = this.segments.stream().mapToLong(ByteBuffer::capacity).sum();
  }

  /** Whether a reader wanted more than there is. */
  boolean exhausted() {
    return exhausted;
  }

  @Override
  public int read() {
    bitOffset = 0;
    if (streamPos >= length) {
      exhausted = true;
      return -1;
    }
    ByteBuffer segment = segmentAtPosition();
    return segment.get((int) (streamPos++ - currentStart)) & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int count) {
    bitOffset = 0;
    if (count == 0) {
      return 0;
    }
    if (streamPos >= length) {
      exhausted = true;
      return -1;
    }
    ByteBuffer segment = segmentAtPosition();
    int from = (int) (streamPos - currentStart);
    int copied = Math.min(count, segment.capacity() - from);
    segment.get(from, into, offset, copied);
    streamPos += copied;
    return copied;
  }

  @Override
  public long length() {
    return length;
  }

  private ByteBuffer segmentAtPosition() {
    if (streamPos < currentStart) {
      current = 0;
      currentStart = 0;
    }
    while (streamPos >= currentStart + segments.get(current).capacity()) {
      currentStart += segments.get(current).capacity();
      current++;
    }
    return segments.get(current);
  }
}
