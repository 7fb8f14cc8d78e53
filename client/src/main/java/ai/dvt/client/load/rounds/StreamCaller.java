package ai.dvt.client.load.rounds;

import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** All images in one stream. */
final class StreamCaller implements Caller {
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Consumer<Reply>> onTheWay = new HashMap<>();
  private final ImageMessages messages;
  private final RoundPlan plan;
  private ClientCallStreamObserver<ClassifyStreamRequest> requests;
  private boolean started;
  private Reply end;

  StreamCaller(Channel channel, ImageMessages messages, RoundPlan plan) {
    this.messages = messages;
    this.plan = plan;
    ClientCalls.asyncBidiStreamingCall(
        channel.newCall(CascadeServiceGrpc.getClassifyStreamMethod(), CallOptions.DEFAULT),
        new Responses());
  }

  /** Hears the stream on its thread. */
  private final class Responses
      implements ClientResponseObserver<ClassifyStreamRequest, ClassifyStreamResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<ClassifyStreamRequest> stream) {
      requests = stream;
      stream.setOnReadyHandler(StreamCaller.this::signal);
    }

    @Override
    public void onNext(ClassifyStreamResponse response) {
      Consumer<Reply> done;
      lock.lock();
      try {
        done = onTheWay.remove(response.getId());
      } finally {
        lock.unlock();
      }
      if (done != null) {
        done.accept(Reply.of(response.getResult()));
      }
    }

    @Override
    public void onError(Throwable failure) {
      ended(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ended(Status.CANCELLED);
    }
  }

  @Override
  public void send(long image, Consumer<Reply> done) throws InterruptedException {
    Reply refusal = null;
    lock.lock();
    try {
      long patience = LONGEST_WAIT_NANOS;
      while (end == null && !requests.isReady() && patience > 0) {
        patience = changed.awaitNanos(patience);
      }
      if (end != null || patience <= 0) {
        refusal = end == null ? Reply.NOT_SENT : end;
      } else {
        onTheWay.put(Long.toString(image), done);
        requests.onNext(messages.streamed(image, plan, !started));
        started = true;
      }
    } finally {
      lock.unlock();
    }
    if (refusal != null) {
      done.accept(refusal);
    }
  }

  private void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void ended(Status status) {
    List<Consumer<Reply>> unanswered;
    Reply why = Reply.failed(status);
    lock.lock();
    try {
      end = why;
      unanswered = List.copyOf(onTheWay.values());
      onTheWay.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    unanswered.forEach(done -> done.accept(why));
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (end != null) {
        return;
      }
      if (onTheWay.isEmpty() && started) {
        requests.onCompleted();
        return;
      }
    } finally {
      lock.unlock();
    }
    requests.cancel("the round is over", null);
  }
}
