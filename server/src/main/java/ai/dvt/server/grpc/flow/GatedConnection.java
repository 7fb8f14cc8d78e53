package ai.dvt.server.grpc.flow;

import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import java.util.HashMap;
import java.util.Map;

/** Stands between a connection's HTTP/2 decoder and gRPC, with a gate for every stream. */
final class GatedConnection extends Http2FrameListenerDecorator {
  private final GrpcHttp2ConnectionHandler handler;
  private final InboundGate gate;
  private final Map<Integer, GatedStream> streams = new HashMap<>();

  private GatedConnection(GrpcHttp2ConnectionHandler handler, InboundGate gate) {
    super(handler.decoder().frameListener());
    this.handler = handler;
    this.gate = gate;
  }

  /** Puts the gate before gRPC's own listener; called before the connection's first byte. */
  static void install(GrpcHttp2ConnectionHandler handler, InboundGate gate) {
    GatedConnection connection = new GatedConnection(handler, gate);
    handler.decoder().frameListener(connection);
    handler
        .connection()
        .addListener(
            new Http2ConnectionAdapter() {
              @Override
              public void onStreamClosed(Http2Stream stream) {
                GatedStream gone = connection.streams.remove(stream.id());
                if (gone != null) {
                  gone.close();
                }
              }
            });
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int streamId,
      Http2Headers headers,
      int streamDependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean endStream)
      throws Http2Exception {
    if (streams.containsKey(streamId)) {
      super.onHeadersRead(
          context, streamId, headers, streamDependency, weight, exclusive, padding, endStream);
      return;
    }
    GatedStream stream =
        new GatedStream(
            context,
            gate.limits(),
            gate.budget(),
            (data, end) -> pass(context, streamId, data, end),
            () -> abort(context, streamId));
    streams.put(streamId, stream);
    gate.opening(
        stream.call(),
        () ->
            super.onHeadersRead(
                context,
                streamId,
                headers,
                streamDependency,
                weight,
                exclusive,
                padding,
                endStream));
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean endOfStream)
      throws Http2Exception {
    GatedStream stream = streams.get(streamId);
    if (stream == null) {
      return super.onDataRead(context, streamId, data, padding, endOfStream);
    }
    stream.read(data, endOfStream);
    return padding;
  }

  private void pass(ChannelHandlerContext context, int streamId, ByteBuf data, boolean end) {
    try {
      listener.onDataRead(context, streamId, data, 0, end);
    } catch (Http2Exception e) {
      handler.onError(context, false, e);
    }
  }

  /** The client sends too slowly what others wait for. */
  private void abort(ChannelHandlerContext context, int streamId) {
    if (handler.connection().stream(streamId) == null) {
      return;
    }
    try {
      listener.onRstStreamRead(context, streamId, Http2Error.ENHANCE_YOUR_CALM.code());
      handler.resetStream(
          context, streamId, Http2Error.ENHANCE_YOUR_CALM.code(), context.newPromise());
      context.flush();
    } catch (Http2Exception e) {
      handler.onError(context, false, e);
    }
  }
}
