package ai.dvt.server.engine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A line in which nobody is starved, neither by a flood nor by a priority.
 *
 * <ul>
 *   <li>Interactive entries go before batch ones, but while both wait every {@value #BATCH_TURN}th
 *       turn is batch's: batch work always moves, at an eighth of the pace or more.
 *   <li>Within a priority the clients take turns, one entry each, so that a client with one entry
 *       waits for at most one entry of every other client, however many those have.
 *   <li>Within a client and priority: first come, first served.
 * </ul>
 *
 * Every operation takes constant time. Not safe from several threads.
 *
 * @param <T> entries, told apart by {@code equals}, each at most once in the line
 */
final class FairLine<T> implements Iterable<T> {
  /** While both priorities wait, one of so many turns is batch's. */
  static final int BATCH_TURN = 8;

  private final Function<T, Caller> callerOf;
  private final Set<T> byArrival = new LinkedHashSet<>();

  /** By priority, the clients in the order of their turns. */
  private final Map<Priority, Map<String, Set<T>>> turns = new EnumMap<>(Priority.class);

  private int interactiveInARow;

  FairLine(Function<T, Caller> callerOf) {
    this.callerOf = callerOf;
    for (Priority priority : Priority.values()) {
      turns.put(priority, new LinkedHashMap<>());
    }
  }

  int size() {
    return byArrival.size();
  }

  boolean isEmpty() {
    return byArrival.isEmpty();
  }

  boolean contains(T entry) {
    return byArrival.contains(entry);
  }

  void add(T entry) {
    byArrival.add(entry);
    Caller caller = callerOf.apply(entry);
    turns
        .get(caller.priority())
        .computeIfAbsent(caller.client(), client -> new LinkedHashSet<>())
        .add(entry);
  }

  /** Takes an entry out of turn; false if it is not in the line. */
  boolean remove(T entry) {
    if (!byArrival.remove(entry)) {
      return false;
    }
    Caller caller = callerOf.apply(entry);
    Map<String, Set<T>> clients = turns.get(caller.priority());
    Set<T> own = clients.get(caller.client());
    own.remove(entry);
    if (own.isEmpty()) {
      clients.remove(caller.client());
    }
    return true;
  }

  /** Whose turn it is; null if nobody waits. */
  T peek() {
    Map<String, Set<T>> clients = turns.get(next());
    return clients.isEmpty() ? null : clients.values().iterator().next().iterator().next();
  }

  /** Takes out whose turn it is; null if nobody waits. */
  T poll() {
    T entry = peek();
    if (entry == null) {
      return null;
    }
    Caller caller = callerOf.apply(entry);
    boolean passedOver =
        caller.priority() == Priority.INTERACTIVE && !turns.get(Priority.BATCH).isEmpty();
    interactiveInARow = passedOver ? interactiveInARow + 1 : 0;
    byArrival.remove(entry);
    Map<String, Set<T>> clients = turns.get(caller.priority());
    Set<T> own = clients.remove(caller.client());
    own.remove(entry);
    if (!own.isEmpty()) {
      clients.put(caller.client(), own); // at the end: the others come first
    }
    return entry;
  }

  /** Who has waited longest, whoever's turn it is; the line is not empty. */
  T oldest() {
    return byArrival.iterator().next();
  }

  /** In order of arrival; not to be changed meanwhile. */
  @Override
  public Iterator<T> iterator() {
    return byArrival.iterator();
  }

  /** A copy in order of arrival. */
  List<T> entries() {
    return new ArrayList<>(byArrival);
  }

  private Priority next() {
    boolean batchTurn =
        turns.get(Priority.INTERACTIVE).isEmpty() || interactiveInARow >= BATCH_TURN - 1;
    return batchTurn && !turns.get(Priority.BATCH).isEmpty()
        ? Priority.BATCH
        : Priority.INTERACTIVE;
  }
}
