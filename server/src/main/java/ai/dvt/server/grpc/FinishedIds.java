package ai.dvt.server.grpc;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The ids of the last images that ended in a stream: a step for one of them was sent before the
 * client could know, and is no error.
 */
final class FinishedIds {
  private static final int REMEMBERED = 256;

  private final Deque<String> ids = new ArrayDeque<>();

  void add(String id) {
    if (ids.size() == REMEMBERED) {
      ids.removeFirst();
    }
    ids.addLast(id);
  }

  boolean contains(String id) {
    return ids.contains(id);
  }
}
