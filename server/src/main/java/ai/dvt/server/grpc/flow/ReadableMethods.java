package ai.dvt.server.grpc.flow;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Message;
import io.grpc.HasByteBuffer;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A service whose unreadable messages reach the {@link GateInterceptor} as null, with the reason in
 * the call. gRPC itself would end such a call UNKNOWN and throw in the handlers' thread.
 */
final class ReadableMethods {
  private ReadableMethods() {}

  /**
   * @param maxFields of one message
   */
  static ServerServiceDefinition of(ServerServiceDefinition service, int maxFields) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    var methods =
        service.getMethods().stream()
            .<ServerMethodDefinition<?, ?>>map(m -> readable(m, maxFields))
            .toList();
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> readable(
      ServerMethodDefinition<Q, R> method, int maxFields) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                new TellingMarshaller<>(descriptor.getRequestMarshaller(), maxFields),
                descriptor.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  private record TellingMarshaller<Q>(Marshaller<Q> inner, int maxFields) implements Marshaller<Q> {
    @Override
    public InputStream stream(Q message) {
      return inner.stream(message);
    }

    @Override
    public Q parse(InputStream bytes) {
      try {
        return inner instanceof PrototypeMarshaller<Q> known
                && known.getMessagePrototype() instanceof Message prototype
            ? known.getMessageClass().cast(read(bytes, prototype))
            : inner.parse(bytes);
      } catch (StatusRuntimeException e) {
        GatedCall call = InboundGate.CALL.get();
        if (call == null) {
          throw e;
        }
        call.unreadable(e.getStatus());
        return null;
      }
    }

    /** The message, seen not to unfold too far before any of it is made. */
    private Message read(InputStream bytes, Message prototype) {
      try {
        List<ByteBuffer> buffers = buffers(bytes);
        FieldCount.check(
            CodedInputStream.newInstance(buffers), prototype.getDescriptorForType(), maxFields);
        buffers.forEach(ByteBuffer::rewind);
        CodedInputStream in = CodedInputStream.newInstance(buffers);
        Message message = prototype.getParserForType().parseFrom(in);
        in.checkLastTagWas(0);
        return message;
      } catch (IOException e) {
        throw Status.INVALID_ARGUMENT.withCause(e).asRuntimeException();
      }
    }

    /**
     * The network's own buffers, so that a picture is copied once only, into the message; valid
     * until the stream is closed.
     */
    private static List<ByteBuffer> buffers(InputStream bytes) throws IOException {
      if (!(bytes instanceof HasByteBuffer source)
          || !source.byteBufferSupported()
          || !bytes.markSupported()) {
        return List.of(ByteBuffer.wrap(bytes.readAllBytes()));
      }
      bytes.mark(Integer.MAX_VALUE); // what is skipped stays valid
      List<ByteBuffer> buffers = new ArrayList<>();
      while (bytes.available() > 0) {
        ByteBuffer next = source.getByteBuffer().slice();
        buffers.add(next);
        bytes.skipNBytes(next.remaining());
      }
      return buffers;
    }
  }
}
