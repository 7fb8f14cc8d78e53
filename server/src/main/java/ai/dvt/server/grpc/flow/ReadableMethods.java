package ai.dvt.server.grpc.flow;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

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
        return inner.parse(counted(bytes));
      } catch (StatusRuntimeException e) {
        GatedCall call = InboundGate.CALL.get();
        if (call == null) {
          throw e;
        }
        call.unreadable(e.getStatus());
        return null;
      }
    }

    /** The same bytes, seen not to unfold too far. */
    private InputStream counted(InputStream bytes) {
      if (!(inner instanceof PrototypeMarshaller<Q> known)
          || !(known.getMessagePrototype() instanceof Message prototype)) {
        return bytes;
      }
      try {
        InputStream twice =
            bytes.markSupported() ? bytes : new ByteArrayInputStream(bytes.readAllBytes());
        twice.mark(Integer.MAX_VALUE);
        FieldCount.check(twice, prototype.getDescriptorForType(), maxFields);
        twice.reset();
        return twice;
      } catch (IOException e) {
        throw Status.INVALID_ARGUMENT.withCause(e).asRuntimeException();
      }
    }
  }
}
