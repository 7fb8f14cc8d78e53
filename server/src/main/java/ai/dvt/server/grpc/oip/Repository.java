package ai.dvt.server.grpc.oip;

import ai.dvt.inference.ModelRepositoryParameter;
import ai.dvt.inference.RepositoryIndexRequest;
import ai.dvt.inference.RepositoryIndexResponse;
import ai.dvt.inference.RepositoryIndexResponse.ModelIndex;
import ai.dvt.inference.RepositoryModelLoadRequest;
import ai.dvt.inference.RepositoryModelLoadResponse;
import ai.dvt.inference.RepositoryModelUnloadRequest;
import ai.dvt.inference.RepositoryModelUnloadResponse;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.ModelControl;
import ai.dvt.server.grpc.RequestException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** The repository as Triton's extension shows it: what there is, and loading by name if allowed. */
final class Repository {
  /** One folder's name: no separator, nothing that leads upwards. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}");

  private final Supplier<ModelCatalogue> catalogue;
  private final Optional<ModelControl> control;

  Repository(Supplier<ModelCatalogue> catalogue, Optional<ModelControl> control) {
    this.catalogue = catalogue;
    this.control = control;
  }

  RepositoryIndexResponse index(RepositoryIndexRequest request) throws RequestException {
    checkRepository(request.getRepositoryName());
    RepositoryIndexResponse.Builder response = RepositoryIndexResponse.newBuilder();
    ModelCatalogue models = catalogue.get();
    models
        .served()
        .forEach(
            model ->
                response.addModels(
                    ModelIndex.newBuilder()
                        .setName(model.version().name())
                        .setVersion(model.version().version())
                        .setState("READY")));
    if (!request.getReady()) {
      models
          .unserved()
          .forEach(
              model ->
                  response.addModels(
                      ModelIndex.newBuilder()
                          .setName(model.name())
                          .setVersion(model.version())
                          .setState("UNAVAILABLE")
                          .setReason(String.join("; ", model.problems()))));
    }
    return response.build();
  }

  /**
   * @return done when the model answers
   * @throws RequestException if loading is not allowed or the request asks for what there is not
   */
  CompletableFuture<RepositoryModelLoadResponse> load(RepositoryModelLoadRequest request)
      throws RequestException {
    ModelControl allowed = allowed(request.getRepositoryName(), request.getModelName());
    checkNoOverrides(request.getParametersMap());
    return allowed
        .load(request.getModelName())
        .thenApply(done -> RepositoryModelLoadResponse.getDefaultInstance());
  }

  /**
   * @return done when no new request reaches the model
   * @throws RequestException if unloading is not allowed
   */
  CompletableFuture<RepositoryModelUnloadResponse> unload(RepositoryModelUnloadRequest request)
      throws RequestException {
    return allowed(request.getRepositoryName(), request.getModelName())
        .unload(request.getModelName())
        .thenApply(done -> RepositoryModelUnloadResponse.getDefaultInstance());
  }

  private ModelControl allowed(String repository, String name) throws RequestException {
    ModelControl allowed =
        control.orElseThrow(
            () ->
                new RequestException(
                    RequestException.Kind.DENIED,
                    "",
                    "loading and unloading models is switched off"
                        + " (expected: a server with --repository-control)"));
    checkRepository(repository);
    if (!NAME.matcher(name).matches()) {
      throw RequestException.invalid(
          "model_name", '"' + name + '"', "the name of a folder in the repository");
    }
    return allowed;
  }

  private static void checkRepository(String name) throws RequestException {
    if (!name.isEmpty()) {
      throw RequestException.invalid(
          "repository_name", '"' + name + '"', "empty: there is one repository");
    }
  }

  private static void checkNoOverrides(Map<String, ModelRepositoryParameter> parameters)
      throws RequestException {
    for (String key : parameters.keySet()) {
      if (key.equals("config") || key.startsWith("file:")) {
        throw RequestException.invalid(
            "parameters[" + key + "]", "an override", "a model as it lies in the repository");
      }
    }
  }
}
