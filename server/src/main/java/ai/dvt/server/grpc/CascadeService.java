package ai.dvt.server.grpc;

import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeServiceGrpc.CascadeServiceImplBase;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.DescribeModelRequest;
import ai.dvt.cascade.v1.DescribeModelResponse;
import ai.dvt.cascade.v1.ListModelsRequest;
import ai.dvt.cascade.v1.ListModelsResponse;
import ai.dvt.server.config.CallLimits;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code cascade.v1.CascadeService}: hands every call to the class of its RPC. */
public final class CascadeService extends CascadeServiceImplBase {
  private final Supplier<ModelCatalogue> catalogue;
  private final RequestValidator validator;
  private final ImageIntake intake;
  private final CallLimits limits;
  private final OpenCalls openCalls;

  /**
   * @param catalogue the models of the moment
   * @param openCalls told of every call with images
   */
  public CascadeService(
      Supplier<ModelCatalogue> catalogue,
      ImageIntake intake,
      OpenCalls openCalls,
      CallLimits limits) {
    this.catalogue = catalogue;
    this.validator = new RequestValidator(catalogue);
    this.intake = intake;
    this.openCalls = openCalls;
    this.limits = limits;
  }

  @Override
  public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> observer) {
    ResponseStream<ClassifyResponse> responses = ResponseStream.of(observer);
    ClassifyCall call;
    try {
      boolean budgeted = request.getTotalGflops() != 0;
      Order order =
          validator.order(
              request.getModel(),
              request.hasPolicy()
                  ? Optional.of(request.getPolicy())
                  : budgeted ? RequestValidator.BUDGET_ALONE : Optional.empty(),
              request.getTopK(),
              RequestValidator.caller(request.getPriority()));
      RequestValidator.checkCount(request.getImagesCount(), limits.imagesPerRequest(), order);
      if (budgeted) {
        order =
            order.sharing(
                RequestValidator.budget(
                    order.model(),
                    "total_gflops",
                    request.getImagesCount(),
                    request.getTotalGflops(),
                    intake.waitingAtExits(order.model(), limits.imagesPerRequest())));
      }
      call = new ClassifyCall(intake, openCalls, request, order, responses);
    } catch (RequestException e) {
      responses.fail(e);
      return;
    }
    openCalls.begin(call, responses);
  }

  @Override
  public StreamObserver<ClassifyStreamRequest> classifyStream(
      StreamObserver<ClassifyStreamResponse> observer) {
    ResponseStream<ClassifyStreamResponse> responses = ResponseStream.reading(observer);
    ClassifyStreamCall call =
        new ClassifyStreamCall(validator, intake, openCalls, limits.imagesPerStream(), responses);
    openCalls.begin(call, responses);
    return call;
  }

  @Override
  public StreamObserver<CascadeRequest> cascade(StreamObserver<CascadeResponse> observer) {
    ResponseStream<CascadeResponse> responses = ResponseStream.reading(observer);
    CascadeCall call =
        new CascadeCall(validator, intake, openCalls, limits, ClientShare.ofCall(), responses);
    openCalls.begin(call, responses);
    return call;
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    observer.onNext(ModelDescriber.list(catalogue.get()));
    observer.onCompleted();
  }

  @Override
  public void describeModel(
      DescribeModelRequest request, StreamObserver<DescribeModelResponse> observer) {
    try {
      observer.onNext(ModelDescriber.describe(validator.model(request.getModel())));
      observer.onCompleted();
    } catch (RequestException e) {
      observer.onError(Statuses.asException(e));
    }
  }
}
