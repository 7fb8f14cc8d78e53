package ai.dvt.server.evaluation.pictures;

import ai.dvt.server.evaluation.EvaluationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which class a folder holds. */
final class ClassFolders {
  private static final int SHOWN = 5;

  private ClassFolders() {}

  /**
   * @param folders that hold pictures, in alphabetical order
   * @param classes the model's labels in class order
   */
  static Map<String, Integer> labels(Set<String> folders, List<String> classes, ClassOrder order)
      throws EvaluationException {
    if (order == ClassOrder.SORTED) {
      return sorted(folders, classes);
    }
    Map<String, Integer> labels = new HashMap<>();
    for (int i = 0; i < classes.size(); i++) {
      if (labels.put(classes.get(i), i) != null) {
        throw new EvaluationException(
            "labels",
            "\"" + classes.get(i) + "\" names two classes of the model",
            "--class-order sorted, the n-th folder is class n");
      }
    }
    Set<String> strangers = new TreeSet<>(folders);
    strangers.removeAll(labels.keySet());
    if (!strangers.isEmpty()) {
      throw new EvaluationException(
          "class folders",
          shown(strangers) + " of " + folders.size() + " are no labels of the model",
          "named as its labels, " + shown(classes) + ", or --class-order sorted");
    }
    return labels;
  }

  /** Refuses class folders without pictures. */
  static void checkEmpty(Set<String> empty) throws EvaluationException {
    if (!empty.isEmpty()) {
      throw new EvaluationException(
          "class folders",
          "no pictures of " + shown(empty),
          "at least one picture in each class folder");
    }
  }

  private static Map<String, Integer> sorted(Set<String> folders, List<String> classes)
      throws EvaluationException {
    if (folders.size() != classes.size()) {
      throw new EvaluationException(
          "class folders",
          folders.size() + " with pictures",
          classes.size() + ", one a class of the model");
    }
    Map<String, Integer> labels = new HashMap<>();
    for (String folder : new TreeSet<>(folders)) {
      labels.put(folder, labels.size());
    }
    return labels;
  }

  static String shown(java.util.Collection<String> names) {
    String some = String.join(", ", names.stream().limit(SHOWN).toList());
    return names.size() > SHOWN ? some + ", ... (" + names.size() + ")" : some;
  }
}
