package ai.dvt.server.repository;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with one version folder, each finding once. */
final class Problems {
  private final Set<String> found = new LinkedHashSet<>();

  void add(String name, Object got, String rule) {
    found.add(name + ": " + got + " (expected: " + rule + ")");
  }

  void add(String text) {
    found.add(text);
  }

  List<String> found() {
    return new ArrayList<>(found);
  }

  boolean none() {
    return found.isEmpty();
  }
}
