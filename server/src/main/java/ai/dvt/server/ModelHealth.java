package ai.dvt.server;

import ai.dvt.server.grpc.GrpcEndpoint;
import ai.dvt.server.grpc.ModelCatalogue;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Tells the health service what a catalogue means: for each model, each service and the whole. */
final class ModelHealth {
  private final GrpcEndpoint endpoint;
  private final List<String> services;
  private Set<String> known = Set.of();

  /**
   * @param services that answer as soon as a model does
   */
  ModelHealth(GrpcEndpoint endpoint, List<String> services) {
    this.endpoint = endpoint;
    this.services = services;
  }

  /** A model serves if a version of it does; one that is gone is unknown. */
  synchronized void tell(ModelCatalogue catalogue) {
    Set<String> serving = new TreeSet<>();
    catalogue.served().forEach(model -> serving.add(model.version().name()));
    Set<String> names = new TreeSet<>(serving);
    catalogue.unserved().forEach(model -> names.add(model.name()));
    names.forEach(name -> endpoint.setServing(name, serving.contains(name)));
    known.stream().filter(name -> !names.contains(name)).forEach(endpoint::forget);
    known = names;
    services.forEach(service -> endpoint.setServing(service, !serving.isEmpty()));
    endpoint.setServing("", !serving.isEmpty());
  }
}
