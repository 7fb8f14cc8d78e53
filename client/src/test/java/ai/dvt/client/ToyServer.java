package ai.dvt.client;

import ai.dvt.cascade.Answer;
import ai.dvt.cascade.BoundPolicy;
import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitDecision;
import ai.dvt.cascade.ExitOutcome;
import ai.dvt.cascade.ExitPassed;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitReason;
import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.Flavour;
import ai.dvt.cascade.Label;
import ai.dvt.cascade.Precision;
import ai.dvt.cascade.Preprocessing;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.cascade.v1.CascadeRequest;
import ai.dvt.cascade.v1.CascadeResponse;
import ai.dvt.cascade.v1.CascadeServiceGrpc;
import ai.dvt.cascade.v1.CascadeStep;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.ClassifyStreamResponse;
import ai.dvt.cascade.v1.DescribeModelRequest;
import ai.dvt.cascade.v1.DescribeModelResponse;
import ai.dvt.cascade.v1.ExitReached;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ImageResult;
import ai.dvt.cascade.v1.ListModelsRequest;
import ai.dvt.cascade.v1.ListModelsResponse;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.ModelStatus;
import ai.dvt.cascade.v1.Priority;
import ai.dvt.cascade.wire.Answers;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.cascade.wire.Policies;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * A server of the contract on loopback whose cascade is one line of arithmetic: two exits of 1 and
 * 3 GFLOPs; the picture's first byte, in percent, is the confidence at exit 1, exit 2 has 0.99. A
 * first byte of 0 is a bad picture. The model "silent" never answers, "busy" is full, "breaks" ends
 * the stream at the first image, "drains" refuses the first image of its first stream and keeps the
 * others of that stream until {@link #drained}.
 */
public final class ToyServer extends CascadeServiceGrpc.CascadeServiceImplBase
    implements AutoCloseable {
  /** Ends the waiting of the images of the stream that drains. */
  public final CompletableFuture<Void> drained = new CompletableFuture<>();

  private final AtomicBoolean drains = new AtomicBoolean();

  public static final List<Double> GFLOPS = List.of(1.0, 3.0);

  /** Single calls that arrived. */
  public final CountDownLatch arrived = new CountDownLatch(1);

  /** Calls that the client cancelled. */
  public final CountDownLatch cancelled = new CountDownLatch(1);

  /** Streams read an image for each permit. */
  public final Semaphore reading = new Semaphore(1_000_000);

  /** The steps that client-driven images sent, as "id CONTINUE" or "id STOP". */
  public final ConcurrentLinkedQueue<String> steps = new ConcurrentLinkedQueue<>();

  /** Priorities of images, every one once. */
  public final Set<Priority> priorities = ConcurrentHashMap.newKeySet();

  /** What calls had in {@code authorization}, every value once. */
  public final Set<String> authorizations = ConcurrentHashMap.newKeySet();

  /** Whether single calls are never answered. */
  public volatile boolean silent;

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Server server;

  public ToyServer() throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .maxInboundMessageSize(64 << 20)
            .addService(this)
            .intercept(
                new ServerInterceptor() {
                  @Override
                  public <Q, R> ServerCall.Listener<Q> interceptCall(
                      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
                    if (headers.containsKey(AUTHORIZATION)) {
                      authorizations.add(headers.get(AUTHORIZATION));
                    }
                    return next.startCall(call, headers);
                  }
                })
            .build()
            .start();
  }

  public String target() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static ExitPassed passed(int exit, float confidence) {
    return new ExitPassed(
        new ExitOutcome(exit, 1, confidence, 1 - confidence, 0.1f),
        java.time.Duration.ofMillis(1),
        java.time.Duration.ofMillis(2),
        1);
  }

  private static ByteString bytes(Image image) {
    return image.hasTensor() ? image.getTensor().getData() : image.getEncoded();
  }

  private static Optional<Status> problem(Image image) {
    return bytes(image).byteAt(0) != 0
        ? Optional.empty()
        : Optional.of(
            Status.newBuilder()
                .setCode(io.grpc.Status.Code.INVALID_ARGUMENT.value())
                .setMessage("image: 0 (expected: a picture)")
                .addDetails(
                    Any.pack(
                        BadRequest.newBuilder()
                            .addFieldViolations(
                                BadRequest.FieldViolation.newBuilder()
                                    .setField("image")
                                    .setDescription("0 (expected: a picture)"))
                            .build()))
                .build());
  }

  private static float confidence(Image image) {
    return (bytes(image).byteAt(0) & 0xff) / 100f;
  }

  private static ImageResult answer(Image image, List<ExitPassed> passed, ExitReason reason) {
    String name = image.hasTensor() ? image.getTensor().getShapeList().toString() : "cat";
    float confidence = passed.get(passed.size() - 1).outcome().confidence();
    return ImageResult.newBuilder()
        .setAnswer(
            Answers.toMessage(
                new Answer(
                    List.of(new Label(name, 1, confidence)),
                    passed.size(),
                    reason,
                    GFLOPS.get(passed.size() - 1),
                    passed)))
        .build();
  }

  private static ImageResult run(Image image, ExitPolicy policy) {
    Optional<Status> problem = problem(image);
    if (problem.isPresent()) {
      return ImageResult.newBuilder().setError(problem.get()).build();
    }
    ExitPassed first = passed(1, confidence(image));
    BoundPolicy bound = BoundPolicy.of(policy, GFLOPS, name -> Optional.empty());
    return bound.decide(first.outcome(), BoundPolicy.Circumstances.CALM)
            instanceof ExitDecision.Answer answer
        ? answer(image, List.of(first), answer.reason())
        : answer(image, List.of(first, passed(2, 0.99f)), ExitReason.FINAL);
  }

  private static boolean refused(String model, StreamObserver<?> replies) {
    Status.Builder status = Status.newBuilder();
    switch (model) {
      case "toy", "silent", "breaks", "drains" -> {
        return false;
      }
      case "busy" ->
          status
              .setCode(io.grpc.Status.Code.RESOURCE_EXHAUSTED.value())
              .setMessage("full")
              .addDetails(
                  Any.pack(
                      RetryInfo.newBuilder()
                          .setRetryDelay(Duration.newBuilder().setNanos(250_000_000))
                          .build()));
      default ->
          status
              .setCode(io.grpc.Status.Code.NOT_FOUND.value())
              .setMessage("model: \"" + model + "\" (expected: toy)");
    }
    replies.onError(StatusProto.toStatusRuntimeException(status.build()));
    return true;
  }

  @Override
  public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> replies) {
    ((ServerCallStreamObserver<?>) replies).setOnCancelHandler(cancelled::countDown);
    arrived.countDown();
    priorities.add(request.getPriority());
    if (refused(request.getModel().getName(), replies)
        || silent
        || request.getModel().getName().equals("silent")) {
      return;
    }
    ExitPolicy policy = Policies.fromMessage(request.getPolicy());
    replies.onNext(
        ClassifyResponse.newBuilder()
            .setModel(ModelRef.newBuilder().setName("toy").setVersion("1"))
            .addAllResults(
                request.getImagesList().stream().map(image -> run(image, policy)).toList())
            .build());
    replies.onCompleted();
  }

  @Override
  public StreamObserver<ClassifyStreamRequest> classifyStream(
      StreamObserver<ClassifyStreamResponse> plain) {
    var replies = (ServerCallStreamObserver<ClassifyStreamResponse>) plain;
    replies.setOnCancelHandler(cancelled::countDown);
    return new StreamObserver<>() {
      private String model = "";
      private ExitPolicy policy;
      private boolean draining;

      private void drain(ClassifyStreamRequest request) {
        ClassifyStreamResponse.Builder reply =
            ClassifyStreamResponse.newBuilder().setId(request.getId());
        if (request.hasModel()) {
          replies.onNext(
              reply
                  .setResult(
                      ImageResult.newBuilder()
                          .setError(
                              Status.newBuilder()
                                  .setCode(io.grpc.Status.Code.UNAVAILABLE.value())
                                  .setMessage("draining")))
                  .build());
        } else {
          reply.setResult(run(request.getImage(), policy));
          drained.thenRun(() -> replies.onNext(reply.build()));
        }
      }

      @Override
      public void onNext(ClassifyStreamRequest request) {
        reading.acquireUninterruptibly();
        if (request.hasModel()) {
          priorities.add(request.getPriority());
          model = request.getModel().getName();
          policy = Policies.fromMessage(request.getPolicy());
        } else if (request.hasPolicy()) {
          policy = Policies.fromMessage(request.getPolicy());
        }
        if (request.hasModel()) {
          draining = model.equals("drains") && drains.compareAndSet(false, true);
        }
        if (draining) {
          drain(request);
        } else if (model.equals("breaks")) {
          replies.onError(io.grpc.Status.UNAVAILABLE.withDescription("gone").asException());
        } else if (!model.equals("silent")) {
          replies.onNext(
              ClassifyStreamResponse.newBuilder()
                  .setId(request.getId())
                  .setResult(run(request.getImage(), policy))
                  .build());
        }
      }

      @Override
      public void onError(Throwable end) {}

      @Override
      public void onCompleted() {
        replies.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<CascadeRequest> cascade(StreamObserver<CascadeResponse> replies) {
    Map<String, Image> images = new HashMap<>();
    return new StreamObserver<>() {
      @Override
      public void onNext(CascadeRequest request) {
        var reply = CascadeResponse.newBuilder().setId(request.getId());
        if (request.hasStart()) {
          Image image = request.getStart().getImage();
          images.put(request.getId(), image);
          ExitPassed first = passed(1, confidence(image));
          reply.setReached(
              ExitReached.newBuilder()
                  .setOutcome(Answers.toMessage(first))
                  .addLabels(Answers.toMessage(new Label("cat", 1, confidence(image))))
                  .setGflops(1)
                  .setNextGflops(3));
        } else {
          boolean goesOn = request.getNext() == CascadeStep.CASCADE_STEP_CONTINUE;
          steps.add(request.getId() + (goesOn ? " CONTINUE" : " STOP"));
          Image image = images.remove(request.getId());
          ExitPassed first = passed(1, confidence(image));
          reply.setResult(
              goesOn
                  ? answer(image, List.of(first, passed(2, 0.99f)), ExitReason.FINAL)
                  : answer(image, List.of(first), ExitReason.CLIENT));
        }
        replies.onNext(reply.build());
      }

      @Override
      public void onError(Throwable end) {}

      @Override
      public void onCompleted() {
        replies.onCompleted();
      }
    };
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> replies) {
    replies.onNext(
        ListModelsResponse.newBuilder()
            .addModels(
                ModelStatus.newBuilder()
                    .setModel(ModelRef.newBuilder().setName("toy").setVersion("1"))
                    .setReady(true))
            .addModels(
                ModelStatus.newBuilder()
                    .setModel(ModelRef.newBuilder().setName("broken").setVersion("1"))
                    .addProblems("weights.bin: missing"))
            .build());
    replies.onCompleted();
  }

  @Override
  public void describeModel(
      DescribeModelRequest request, StreamObserver<DescribeModelResponse> replies) {
    if (refused(request.getModel().getName(), replies)) {
      return;
    }
    FileSpec file = new FileSpec("f", "0".repeat(64), 1);
    List<StageSpec> stages =
        IntStream.of(0, 1)
            .mapToObj(
                i ->
                    new StageSpec(
                        i == 0 ? "4x4" : "8x8",
                        file,
                        List.of(),
                        4 << i,
                        4 << i,
                        GFLOPS.get(i),
                        "image",
                        "logits",
                        List.of()))
            .toList();
    CascadeManifest manifest =
        new CascadeManifest(
            "toy",
            "toy-architecture",
            List.of(new VariantSpec("cpu", Flavour.CPU, Precision.FLOAT32, List.of("cpu"), stages)),
            new Preprocessing(
                32, 32, Preprocessing.Resize.STRETCH, 0, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
            2,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    replies.onNext(
        DescribeModelResponse.newBuilder()
            .setModel(ModelRef.newBuilder().setName("toy").setVersion("1"))
            .setManifest(Manifests.toMessage(manifest))
            .addAllLabels(List.of("dog", "cat"))
            .setVariant("cpu")
            .setProvider("CPUExecutionProvider")
            .setDefaultPolicy("last")
            .build());
    replies.onCompleted();
  }
}
