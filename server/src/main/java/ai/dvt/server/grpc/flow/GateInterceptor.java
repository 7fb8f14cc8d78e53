package ai.dvt.server.grpc.flow;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Tells the gate what a handler asks for, and gives a message's bytes back: when its handler closes
 * the claimed charge, else when the call ends (one request) or {@code onMessage} returns (many).
 */
final class GateInterceptor implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    GatedCall gated = InboundGate.CALL.get();
    if (gated == null) {
      return next.startCall(call, headers);
    }
    ServerCall<Q, R> asking =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void request(int messages) {
            gated.request(messages);
            super.request(messages);
          }
        };
    boolean oneRequest = call.getMethodDescriptor().getType().clientSendsOneMessage();
    return new SimpleForwardingServerCallListener<>(next.startCall(asking, headers)) {
      private Charge untilTheEnd = Charge.NONE;

      @Override
      public void onMessage(Q message) {
        gated.deliver(
            message instanceof MessageLite known ? known.getSerializedSize() : Long.MAX_VALUE);
        try {
          super.onMessage(message);
        } finally {
          Charge unclaimed = gated.claim();
          if (oneRequest) {
            untilTheEnd = unclaimed;
          } else {
            unclaimed.close();
          }
        }
      }

      @Override
      public void onComplete() {
        untilTheEnd.close();
        super.onComplete();
      }

      @Override
      public void onCancel() {
        untilTheEnd.close();
        super.onCancel();
      }
    };
  }
}
