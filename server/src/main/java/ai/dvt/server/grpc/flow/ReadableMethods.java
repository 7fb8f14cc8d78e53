package ai.dvt.server.grpc.flow;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;

/**
 * A service whose unreadable messages reach the {@link GateInterceptor} as null, with the reason in
 * the call. gRPC itself would end such a call UNKNOWN and throw in the handlers' thread.
 */
final class ReadableMethods {
  private ReadableMethods() {}

  static ServerServiceDefinition of(ServerServiceDefinition service) {
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    var methods =
        service.getMethods().stream().<ServerMethodDefinition<?, ?>>map(m -> readable(m)).toList();
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> readable(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                new TellingMarshaller<>(descriptor.getRequestMarshaller()),
                descriptor.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  private record TellingMarshaller<Q>(Marshaller<Q> inner) implements Marshaller<Q> {
    @Override
    public InputStream stream(Q message) {
      return inner.stream(message);
    }

    @Override
    public Q parse(InputStream bytes) {
      try {
        return inner.parse(bytes);
      } catch (StatusRuntimeException e) {
        GatedCall call = InboundGate.CALL.get();
        if (call == null) {
          throw e;
        }
        call.unreadable(e.getStatus());
        return null;
      }
    }
  }
}
