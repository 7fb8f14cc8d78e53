package ai.dvt.server.grpc.flow;

import ai.dvt.server.grpc.flow.RequestBudget.Charge;
import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

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
      private boolean refused;

      @Override
      public void onMessage(Q message) {
        if (refused) {
          return;
        }
        if (message == null) {
          refused = true;
          asking.close(refusal(gated.whyUnreadable()), new Metadata());
          return;
        }
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
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
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

  /** What unfolds beyond the limit is too large; the rest is no message of this service. */
  private static Status refusal(Status why) {
    boolean told =
        why.getCode() == Status.Code.RESOURCE_EXHAUSTED
            || (why.getCode() == Status.Code.INVALID_ARGUMENT && why.getDescription() != null);
    return told
        ? why
        : Status.INVALID_ARGUMENT.withDescription(
            "message: cannot be decoded (expected: a protobuf message of this method)");
  }
}
