package ai.dvt.server.grpc.flow;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One HTTP/2 stream's inbound bytes: holds back every message until it is wanted and paid for.
 * Belongs to the connection's event loop; only {@link GatedCall} is touched by others.
 *
 * <p>What is held back is at most a flow-control window: its bytes are not returned to the client.
 */
final class GatedStream {
  /** Passes bytes on to gRPC. */
  interface Sink {
    void accept(ByteBuf data, boolean endOfStream);
  }

  /** Compressed flag and length. */
  private static final int PREFIX_BYTES = 5;

  /** Messages up to this size are charged without waiting: steps, health checks, descriptions. */
  private static final int SMALL_BYTES = 4096;

  private final ChannelHandlerContext context;
  private final GateLimits limits;
  private final RequestBudget budget;
  private final Sink sink;
  private final Runnable overdue;
  private final GatedCall call;

  private ByteBuf held = Unpooled.EMPTY_BUFFER;
  private boolean end;
  private boolean endPassed;
  private boolean closed;
  private int demand;
  private long bytesLeft;
  private Charge charge;
  private Future<?> timer;

  /**
   * @param overdue ends the stream of a message that does not arrive in time
   */
  GatedStream(
      ChannelHandlerContext context,
      GateLimits limits,
      RequestBudget budget,
      Sink sink,
      Runnable overdue) {
    this.context = context;
    this.limits = limits;
    this.budget = budget;
    this.sink = sink;
    this.overdue = overdue;
    this.call = new GatedCall(this::requested);
  }

  GatedCall call() {
    return call;
  }

  /** Data arrived; the caller keeps the buffer. */
  void read(ByteBuf data, boolean endOfStream) {
    end |= endOfStream;
    if (!held.isReadable() && bytesLeft >= data.readableBytes()) {
      bytesLeft -= data.readableBytes();
      pass(data);
    } else {
      hold(data);
    }
    pump();
  }

  /** Forgets all: the stream is gone. */
  void close() {
    closed = true;
    held.release();
    held = Unpooled.EMPTY_BUFFER;
    stopTimer();
    if (charge != null) {
      charge.close();
      charge = null;
    }
    call.close();
  }

  private void requested(int messages) {
    context
        .executor()
        .execute(
            () -> {
              demand = (int) Math.min(Integer.MAX_VALUE, (long) demand + messages);
              pump();
            });
  }

  private void hold(ByteBuf data) {
    if (data.isReadable()) {
      if (!held.isReadable()) {
        held.release();
        held = context.alloc().buffer(data.readableBytes());
      }
      held.writeBytes(data);
    }
  }

  private void pump() {
    while (!closed) {
      if (bytesLeft > 0) {
        int bytes = (int) Math.min(bytesLeft, held.readableBytes());
        if (bytes == 0) {
          break;
        }
        bytesLeft -= bytes;
        passHeld(bytes);
      } else if (held.readableBytes() < PREFIX_BYTES || !admitNext()) {
        break;
      }
    }
    if (closed) {
      return;
    }
    if (bytesLeft == 0) {
      stopTimer();
    }
    boolean nothingMore = bytesLeft > 0 ? !held.isReadable() : held.readableBytes() < PREFIX_BYTES;
    if (end && !endPassed && nothingMore) {
      passHeld(held.readableBytes());
    }
  }

  /** Whether the message that starts in the held bytes may be read. */
  private boolean admitNext() {
    if (demand == 0) {
      return false;
    }
    boolean compressed = held.getByte(held.readerIndex()) != 0;
    long length = held.getUnsignedInt(held.readerIndex() + 1);
    if (charge == null) {
      charge = acquire(compressed, length);
    }
    if (!charge.isHeld()) {
      return false;
    }
    call.granted(charge);
    charge = null;
    demand--;
    bytesLeft = PREFIX_BYTES + length;
    if (bytesLeft > held.readableBytes()) {
      startTimer();
    }
    return true;
  }

  private Charge acquire(boolean compressed, long length) {
    if (length > limits.maxMessageBytes()) {
      return budget.overdraw(0); // gRPC refuses it by its length
    }
    if (compressed) { // may unfold to the limit; shrunk when it is decoded
      return budget.acquire(limits.maxMessageBytes(), this::grantedLater);
    }
    return length <= SMALL_BYTES
        ? budget.overdraw(length)
        : budget.acquire(length, this::grantedLater);
  }

  private void grantedLater() {
    context.executor().execute(this::pump);
  }

  /**
   * Passes held bytes on. gRPC reads them later, on other threads, so they never share a buffer
   * that is still written to: growing it would move the bytes away under the reader.
   */
  private void passHeld(int bytes) {
    ByteBuf part;
    if (bytes == held.readableBytes()) {
      part = held;
      held = Unpooled.EMPTY_BUFFER;
    } else {
      part = context.alloc().buffer(bytes).writeBytes(held, bytes);
      held.discardSomeReadBytes();
    }
    try {
      pass(part);
    } finally {
      part.release();
    }
  }

  private void pass(ByteBuf data) {
    boolean last = end && !held.isReadable();
    endPassed |= last;
    sink.accept(data, last);
  }

  private void startTimer() {
    stopTimer();
    timer =
        context
            .executor()
            .schedule(overdue, limits.messageTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
