package ai.dvt.client;

import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.Failure;
import ai.dvt.client.message.Failures;
import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** One request, one reply, as a future that cancels its call. */
final class UnaryCall {
  private UnaryCall() {}

  /** Starts the call; whoever completes the future first, or cancels it, ends the call. */
  static <Q, R, T> CompletableFuture<T> start(
      ClientCall<Q, R> call, Q request, Function<R, T> reading) {
    CompletableFuture<T> future = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        call,
        request,
        new StreamObserver<R>() {
          @Override
          public void onNext(R reply) {
            try {
              future.complete(reading.apply(reply));
            } catch (CascadeClientException e) {
              future.completeExceptionally(e);
            }
          }

          @Override
          public void onError(Throwable end) {
            future.completeExceptionally(Failures.exception(end));
          }

          @Override
          public void onCompleted() {
            future.completeExceptionally(
                new CascadeClientException(
                    Failure.of(Status.Code.INTERNAL, "the server ended the call without a reply")));
          }
        });
    // Only now: a call must not be cancelled while it is being sent.
    future.whenComplete(
        (value, failure) -> {
          if (failure != null) {
            call.cancel("no longer wanted", failure);
          }
        });
    return future;
  }

  /** Waits for the reply; an interrupt cancels the call. */
  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new CascadeClientException(
          Failure.of(Status.Code.CANCELLED, "interrupted while waiting for the server"), e);
    } catch (CancellationException e) {
      throw new CascadeClientException(Failure.of(Status.Code.CANCELLED, "cancelled"), e);
    } catch (ExecutionException e) {
      CascadeClientException known = Failures.exception(e.getCause());
      throw new CascadeClientException(known.failure(), e.getCause());
    }
  }
}
