package ai.dvt.server.calls;

import ai.dvt.server.grpc.Order;
import ai.dvt.server.grpc.PassedAt;
import java.util.List;

/**
 * What became of an image.
 *
 * @param passed all exits passed; empty if it got no answer
 * @param outcome why it left, or what went wrong
 * @param endNanos by System.nanoTime
 */
record ToldImage(Order order, List<PassedAt> passed, String outcome, long endNanos) {
  ToldImage {
    passed = List.copyOf(passed);
  }

  boolean answered() {
    return !passed.isEmpty();
  }

  /** The answering exit, from 1. */
  int exit() {
    return passed.get(passed.size() - 1).exit().outcome().exit();
  }
}
