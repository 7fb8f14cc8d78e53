package ai.dvt.server.grpc;

import ai.dvt.server.grpc.RequestException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The models that a server has.
 *
 * @param served by name, then by version rising
 */
public record ModelCatalogue(List<ServedModel> served, List<UnservedModel> unserved) {
  public ModelCatalogue {
    served = List.copyOf(served);
    unserved = List.copyOf(unserved);
  }

  /**
   * The version of a model that answers.
   *
   * @param version empty: the latest that is served
   * @param parent what stands before {@code name} and {@code version} in the request's fields
   */
  public ServedModel find(String name, String version, String parent) throws RequestException {
    if (name.isEmpty()) {
      throw RequestException.invalid(parent + "name", "\"\"", "the name of a model");
    }
    List<String> versions = new ArrayList<>();
    ServedModel found = null;
    for (ServedModel model : served) {
      if (model.version().name().equals(name)) {
        versions.add(model.version().version());
        if (version.isEmpty() || version.equals(model.version().version())) {
          found = model;
        }
      }
    }
    if (found != null) {
      return found;
    }
    for (UnservedModel model : unserved) {
      if (model.name().equals(name) && (version.isEmpty() || version.equals(model.version()))) {
        throw RequestException.unavailable(
            "model " + name + "/" + model.version() + ": not served, " + model.problems().get(0));
      }
    }
    if (versions.isEmpty()) {
      throw new RequestException(
          Kind.NOT_FOUND, parent + "name", '"' + name + '"', "one of " + names());
    }
    throw new RequestException(
        Kind.NOT_FOUND,
        parent + "version",
        '"' + version + '"',
        "one of " + versions + " of model " + name);
  }

  /** The versions of a model that are served, rising. */
  public List<String> versions(String name) {
    return served.stream()
        .filter(model -> model.version().name().equals(name))
        .map(model -> model.version().version())
        .toList();
  }

  private TreeSet<String> names() {
    TreeSet<String> names = new TreeSet<>();
    served.forEach(model -> names.add(model.version().name()));
    return names;
  }
}
