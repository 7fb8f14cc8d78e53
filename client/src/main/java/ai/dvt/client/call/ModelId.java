package ai.dvt.client.call;

import java.util.Objects;
import java.util.Optional;

/**
 * A model, and a version folder's name where not the latest is meant.
 *
 * @param version empty: the latest
 */
public record ModelId(String name, Optional<String> version) {
  public ModelId {
    Objects.requireNonNull(version, "version");
    if (name.isBlank()) {
      throw new IllegalArgumentException("model: \"" + name + "\" (expected: a model's name)");
    }
    if (version.isPresent() && version.get().isBlank()) {
      throw new IllegalArgumentException(
          "version: \"" + version.get() + "\" (expected: a version folder's name)");
    }
  }

  /** The latest version of a model. */
  public static ModelId latest(String name) {
    return new ModelId(name, Optional.empty());
  }

  /** One version of a model. */
  public static ModelId of(String name, String version) {
    return new ModelId(name, Optional.of(version));
  }

  /** {@code name} or {@code name/version}. */
  @Override
  public String toString() {
    return version.map(v -> name + "/" + v).orElse(name);
  }
}
