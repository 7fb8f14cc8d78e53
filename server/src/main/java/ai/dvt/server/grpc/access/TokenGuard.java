package ai.dvt.server.grpc.access;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;

/** Refuses calls without a token ({@code authorization: Bearer TOKEN}) that has the right. */
final class TokenGuard implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String SCHEME = "bearer ";

  private final TokenFile tokens;

  TokenGuard(TokenFile tokens) {
    this.tokens = tokens;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    Right needed = Right.of(method);
    if (needed == Right.PROBE) {
      return next.startCall(call, headers);
    }
    Optional<Right> held = token(headers).flatMap(tokens::rightOf);
    if (held.isEmpty()) {
      return refuse(
          call,
          Status.UNAUTHENTICATED.withDescription(
              "authorization: "
                  + (headers.containsKey(AUTHORIZATION) ? "not known" : "missing")
                  + " (expected: Bearer and a token of this server)"));
    }
    if (held.get().compareTo(needed) < 0) {
      return refuse(
          call,
          Status.PERMISSION_DENIED.withDescription(
              method + ": a token to infer (expected: a token with the right admin)"));
    }
    return next.startCall(call, headers);
  }

  private static Optional<String> token(Metadata headers) {
    String value = headers.get(AUTHORIZATION);
    return value != null && value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? Optional.of(value.substring(SCHEME.length()).strip())
        : Optional.empty();
  }

  private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, Status why) {
    call.close(why, new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
