package ai.dvt.exporter.checkpoint.pickle;

import java.util.ArrayList;
import java.util.List;

/** The values under construction and the marks between them. */
final class PickleStack {
  private final List<PickleValue> values = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Budget budget;

  PickleStack(Budget budget) {
    this.budget = budget;
  }

  void push(PickleValue value) {
    budget.values(1);
    values.add(value);
  }

  PickleValue pop() {
    PickleValue top = top();
    values.remove(values.size() - 1);
    return top;
  }

  PickleValue top() {
    if (values.size() <= base()) {
      throw new PickleException("stack is empty (expected: a value to work on)");
    }
    return values.get(values.size() - 1);
  }

  void mark() {
    if (marks.size() == PickleLimits.MAX_MARKS) {
      throw new PickleException(
          "more than " + PickleLimits.MAX_MARKS + " open marks (expected: at most that)");
    }
    marks.add(values.size());
  }

  /** Removes and returns everything above the last mark, and the mark. */
  List<PickleValue> popToMark() {
    if (marks.isEmpty()) {
      throw new PickleException("no mark on the stack (expected: MARK before)");
    }
    List<PickleValue> above = values.subList(marks.remove(marks.size() - 1), values.size());
    List<PickleValue> popped = new ArrayList<>(above);
    above.clear();
    return popped;
  }

  /** Drops the top value, or the last mark if nothing lies above it. */
  void drop() {
    if (!marks.isEmpty() && values.size() == base()) {
      marks.remove(marks.size() - 1);
    } else {
      pop();
    }
  }

  private int base() {
    return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
  }
}
