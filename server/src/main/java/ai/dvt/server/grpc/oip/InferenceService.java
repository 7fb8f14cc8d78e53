package ai.dvt.server.grpc.oip;

import ai.dvt.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import ai.dvt.inference.ModelConfigRequest;
import ai.dvt.inference.ModelConfigResponse;
import ai.dvt.inference.ModelInferRequest;
import ai.dvt.inference.ModelInferResponse;
import ai.dvt.inference.ModelMetadataRequest;
import ai.dvt.inference.ModelMetadataResponse;
import ai.dvt.inference.ModelReadyRequest;
import ai.dvt.inference.ModelReadyResponse;
import ai.dvt.inference.ModelStatisticsRequest;
import ai.dvt.inference.ModelStatisticsResponse;
import ai.dvt.inference.ModelStreamInferResponse;
import ai.dvt.inference.RepositoryIndexRequest;
import ai.dvt.inference.RepositoryIndexResponse;
import ai.dvt.inference.RepositoryModelLoadRequest;
import ai.dvt.inference.RepositoryModelLoadResponse;
import ai.dvt.inference.RepositoryModelUnloadRequest;
import ai.dvt.inference.RepositoryModelUnloadResponse;
import ai.dvt.inference.ServerLiveRequest;
import ai.dvt.inference.ServerLiveResponse;
import ai.dvt.inference.ServerMetadataRequest;
import ai.dvt.inference.ServerMetadataResponse;
import ai.dvt.inference.ServerReadyRequest;
import ai.dvt.inference.ServerReadyResponse;
import ai.dvt.server.config.CallLimits;
import ai.dvt.server.grpc.ImageIntake;
import ai.dvt.server.grpc.ModelCatalogue;
import ai.dvt.server.grpc.ModelControl;
import ai.dvt.server.grpc.OpenCalls;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.ResponseStream;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.grpc.Statuses;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** {@code inference.GRPCInferenceService}: hands every call to the class of its RPC. */
public final class InferenceService extends GRPCInferenceServiceImplBase {
  private static final String NAME = "dvt";

  private final Supplier<ModelCatalogue> catalogue;
  private final InferRequestReader reader;
  private final Repository repository;
  private final ImageIntake intake;
  private final OpenCalls openCalls;
  private final CallLimits limits;

  private InferenceService(
      Supplier<ModelCatalogue> catalogue,
      ImageIntake intake,
      OpenCalls openCalls,
      CallLimits limits,
      Optional<ModelControl> control) {
    this.catalogue = catalogue;
    this.reader = new InferRequestReader(catalogue, limits.imagesPerRequest());
    this.repository = new Repository(catalogue, control);
    this.intake = intake;
    this.openCalls = openCalls;
    this.limits = limits;
  }

  /**
   * The service with what it needs to see of a call's metadata.
   *
   * @param catalogue the models of the moment
   * @param openCalls told of every call with images
   * @param control loads and unloads models; empty: not allowed
   */
  public static BindableService of(
      Supplier<ModelCatalogue> catalogue,
      ImageIntake intake,
      OpenCalls openCalls,
      CallLimits limits,
      Optional<ModelControl> control) {
    InferenceService service = new InferenceService(catalogue, intake, openCalls, limits, control);
    return () -> ServerInterceptors.intercept(service, StreamErrors.interceptor());
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
    answer(observer, () -> ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
    answer(
        observer,
        () ->
            ServerReadyResponse.newBuilder()
                .setReady(!catalogue.get().served().isEmpty() && !openCalls.refusesNew())
                .build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
    answer(observer, () -> ModelReadyResponse.newBuilder().setReady(isReady(request)).build());
  }

  /** A model that is not there is not ready; that is no error, as with Triton. */
  private boolean isReady(ModelReadyRequest request) throws RequestException {
    try {
      catalogue.get().find(request.getName(), request.getVersion(), "");
      return !openCalls.refusesNew();
    } catch (RequestException e) {
      if (e.kind() == RequestException.Kind.INVALID) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
    String version = InferenceService.class.getPackage().getImplementationVersion();
    answer(
        observer,
        () ->
            ServerMetadataResponse.newBuilder()
                .setName(NAME)
                .setVersion(version == null ? "" : version)
                .addAllExtensions(
                    List.of(
                        "classification",
                        "model_configuration",
                        "model_repository",
                        "parameters",
                        "schedule_policy",
                        "statistics"))
                .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
    answer(
        observer,
        () -> {
          ModelCatalogue models = catalogue.get();
          ServedModel model = models.find(request.getName(), request.getVersion(), "");
          return ModelMessages.metadata(model, models.versions(model.version().name()));
        });
  }

  @Override
  public void modelConfig(
      ModelConfigRequest request, StreamObserver<ModelConfigResponse> observer) {
    answer(
        observer,
        () -> {
          ModelCatalogue models = catalogue.get();
          ServedModel model = models.find(request.getName(), request.getVersion(), "");
          return ModelConfigResponse.newBuilder()
              .setConfig(
                  ModelMessages.config(
                      model, models.versions(model.version().name()), limits.imagesPerRequest()))
              .build();
        });
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> observer) {
    answer(observer, () -> StatisticsMessages.of(catalogue.get(), intake.engine(), request));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    ResponseStream<ModelInferResponse> responses = ResponseStream.of(observer);
    InferCall call;
    try {
      call = new InferCall(intake, openCalls, reader.read(request), responses);
    } catch (RequestException e) {
      responses.fail(e);
      return;
    }
    openCalls.begin(call, responses);
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> observer) {
    ResponseStream<ModelStreamInferResponse> responses = ResponseStream.reading(observer);
    InferStreamCall call =
        new InferStreamCall(reader, intake, openCalls, limits.imagesPerStream(), responses);
    openCalls.begin(call, responses);
    return call;
  }

  @Override
  public void repositoryIndex(
      RepositoryIndexRequest request, StreamObserver<RepositoryIndexResponse> observer) {
    answer(observer, () -> repository.index(request));
  }

  @Override
  public void repositoryModelLoad(
      RepositoryModelLoadRequest request, StreamObserver<RepositoryModelLoadResponse> observer) {
    answerLater(observer, () -> repository.load(request));
  }

  @Override
  public void repositoryModelUnload(
      RepositoryModelUnloadRequest request,
      StreamObserver<RepositoryModelUnloadResponse> observer) {
    answerLater(observer, () -> repository.unload(request));
  }

  private static <R> void answerLater(
      StreamObserver<R> observer, Answer<CompletableFuture<R>> answer) {
    ResponseStream<R> responses = ResponseStream.of(observer);
    try {
      answer
          .make()
          .whenComplete(
              (response, failure) -> {
                if (failure == null) {
                  responses.send(response);
                  responses.complete();
                } else {
                  responses.fail(
                      failure instanceof CompletionException wrapped
                          ? wrapped.getCause()
                          : failure);
                }
              });
    } catch (RequestException e) {
      responses.fail(e);
    }
  }

  private interface Answer<R> {
    R make() throws RequestException;
  }

  private static <R> void answer(StreamObserver<R> observer, Answer<R> answer) {
    try {
      observer.onNext(answer.make());
      observer.onCompleted();
    } catch (RequestException e) {
      observer.onError(Statuses.asException(e));
    }
  }
}
