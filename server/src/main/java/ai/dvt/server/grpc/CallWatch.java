package ai.dvt.server.grpc;

import ai.dvt.cascade.ExitReason;
import io.grpc.Context;
import java.util.List;

/**
 * Hears what became of the images of one call, for its log line and spans. Safe from any thread.
 */
public interface CallWatch {
  /** Where an interceptor puts the watch of a call. */
  Context.Key<CallWatch> KEY = Context.key("dvt-call-watch");

  /** Nobody listens. */
  CallWatch NONE =
      new CallWatch() {
        @Override
        public void answered(Order order, List<PassedAt> passed, ExitReason reason) {}

        @Override
        public void failed(Order order, Throwable cause) {}
      };

  /**
   * An image was answered; must not block.
   *
   * @param passed all exits passed, the answering one last
   */
  void answered(Order order, List<PassedAt> passed, ExitReason reason);

  /** An image got no answer; must not block. */
  void failed(Order order, Throwable cause);

  /** The watch of the call that this thread works for. */
  static CallWatch current() {
    CallWatch watch = KEY.get();
    return watch == null ? NONE : watch;
  }
}
