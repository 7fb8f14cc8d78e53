package ai.dvt.server.page;

import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.http.HttpCall;
import ai.dvt.server.http.HttpException;
import java.util.List;
import java.util.function.Supplier;

/** The models that can be asked on the page. */
final class Models {
  private final Supplier<ModelCatalogue> catalogue;

  Models(Supplier<ModelCatalogue> catalogue) {
    this.catalogue = catalogue;
  }

  List<ModelCard> all() {
    return catalogue.get().served().stream().map(ModelCard::of).toList();
  }

  /** The version that a request names by {@code model} and {@code version} (absent: the latest). */
  ModelCard named(HttpCall call) throws HttpException {
    String name = call.parameter("model").orElse("");
    String version = call.parameter("version").orElse("");
    ModelCard found = null;
    for (ModelCard model : all()) {
      if (model.name().equals(name) && (version.isEmpty() || version.equals(model.version()))) {
        found = model;
      }
    }
    if (found == null) {
      throw new HttpException(
          HttpException.NOT_FOUND,
          "model: "
              + name
              + (version.isEmpty() ? "" : "/" + version)
              + " (expected: one of "
              + all().stream().map(model -> model.name() + "/" + model.version()).toList()
              + ")");
    }
    return found;
  }
}
