package ai.dvt.client.message;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.ClassifyResponse;
import ai.dvt.cascade.v1.DescribeModelResponse;
import ai.dvt.cascade.v1.Execution;
import ai.dvt.cascade.v1.ListModelsResponse;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Answers;
import ai.dvt.cascade.wire.Manifests;
import ai.dvt.client.call.CascadeClientException;
import ai.dvt.client.call.ClassifyReply;
import ai.dvt.client.call.Failure;
import ai.dvt.client.call.ImageResult;
import ai.dvt.client.call.ModelDescription;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.ModelStatus;
import io.grpc.Status;
import java.util.List;
import java.util.function.Supplier;

/** Values from replies. Every method throws INTERNAL for a reply that breaks the contract. */
public final class Replies {
  private Replies() {}

  /**
   * The results of a call.
   *
   * @param pictures how many the request had
   */
  public static ClassifyReply classify(ClassifyResponse response, int pictures) {
    return checked(
        () -> {
          if (response.getResultsCount() != pictures) {
            throw new ContractException("results", response.getResultsCount(), "" + pictures);
          }
          return new ClassifyReply(
              model(response.getModel()),
              response.getResultsList().stream().map(Replies::result).toList());
        });
  }

  /** What became of an image. */
  public static ImageResult result(ai.dvt.cascade.v1.ImageResult message) {
    return checked(
        () ->
            switch (message.getResultCase()) {
              case ANSWER -> new ImageResult.Answered(Answers.fromMessage(message.getAnswer()));
              case ERROR -> new ImageResult.Failed(Failures.of(message.getError()));
              case RESULT_NOT_SET ->
                  throw new ContractException("result", "not set", "an answer or an error");
            });
  }

  /** The models of a server. */
  public static List<ModelStatus> models(ListModelsResponse response) {
    return checked(
        () ->
            response.getModelsList().stream()
                .map(m -> new ModelStatus(model(m.getModel()), m.getReady(), m.getProblemsList()))
                .toList());
  }

  /** A model as the server runs it. */
  public static ModelDescription description(DescribeModelResponse response) {
    return checked(
        () ->
            new ModelDescription(
                model(response.getModel()),
                Manifests.fromMessage(response.getManifest()),
                response.getCalibrationsList().stream().map(Manifests::fromMessage).toList(),
                response.getLabelsList(),
                response.getVariant(),
                response.getProvider(),
                response.getDefaultPolicy().isEmpty()
                    ? ExitPolicy.LAST_EXIT
                    : ExitPolicy.parse(response.getDefaultPolicy()),
                execution(response.getExecution())));
  }

  private static ModelDescription.Execution execution(Execution message) {
    return new ModelDescription.Execution(
        message.getRuntime(),
        message.getWorkers(),
        message.getThreadsPerRun(),
        message.getMaxBatch(),
        message.getCommit());
  }

  private static ModelId model(ModelRef message) {
    return message.getVersion().isEmpty()
        ? ModelId.latest(message.getName())
        : ModelId.of(message.getName(), message.getVersion());
  }

  /** Reads a part of a reply; a broken rule of the contract becomes INTERNAL. */
  public static <T> T checked(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new CascadeClientException(
          Failure.of(Status.Code.INTERNAL, "the server's reply: " + e.getMessage()), e);
    }
  }
}
