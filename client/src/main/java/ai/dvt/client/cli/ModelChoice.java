package ai.dvt.client.cli;

import ai.dvt.client.CascadeClient;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.ModelStatus;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Picks the model of a command that names none. */
final class ModelChoice {
  private ModelChoice() {}

  /**
   * The only model that is ready.
   *
   * @throws IllegalArgumentException listing the models if there is not exactly one
   */
  static ModelId onlyOne(CascadeClient client) {
    List<ModelStatus> all = client.models();
    List<String> ready = readyNames(all);
    if (ready.size() == 1) {
      return ModelId.latest(ready.get(0));
    }
    if (ready.isEmpty()) {
      throw new IllegalArgumentException("model: none is ready" + problems(all));
    }
    throw unnamed(ready);
  }

  /** What to say where a model must be named. */
  static IllegalArgumentException unnamed(List<String> names) {
    return new IllegalArgumentException(
        "model: not named (expected: --model with one of " + String.join(", ", names) + ")");
  }

  /**
   * Of the models that know the pictures' folders as labels the one with the most exits, then the
   * first by name; or the only one.
   *
   * @throws IllegalArgumentException listing the models if none fits
   */
  static ModelId fitting(CascadeClient client, Collection<String> folders) {
    List<String> ready = readyNames(client.models());
    if (ready.size() > 1 && !folders.isEmpty()) {
      Optional<ModelDescription> best =
          ready.stream()
              .map(client::describe)
              .filter(model -> model.labels().containsAll(folders))
              .reduce((one, other) -> exits(other) > exits(one) ? other : one);
      if (best.isPresent()) {
        return ModelId.latest(best.get().model().name());
      }
    }
    return onlyOne(client);
  }

  private static int exits(ModelDescription model) {
    return model.variantInUse().gflops().size();
  }

  private static List<String> readyNames(List<ModelStatus> all) {
    return all.stream()
        .filter(ModelStatus::ready)
        .map(m -> m.model().name())
        .distinct()
        .sorted()
        .toList();
  }

  private static String problems(List<ModelStatus> all) {
    StringBuilder text = new StringBuilder(" (expected: at least one)");
    for (ModelStatus model : all) {
      model
          .problems()
          .forEach(p -> text.append("\n  ").append(model.model()).append(": ").append(p));
    }
    return text.toString();
  }
}
