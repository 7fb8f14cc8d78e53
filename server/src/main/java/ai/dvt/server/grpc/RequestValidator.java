package ai.dvt.server.grpc;

import ai.dvt.cascade.ContractException;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.DataType;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.v1.Priority;
import ai.dvt.cascade.v1.Tensor;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.server.engine.Caller;
import ai.dvt.server.engine.budget.SetBudget;
import ai.dvt.server.image.PictureException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Checks requests before anything is spent on them. Errors name the request's own fields. */
public final class RequestValidator {
  /** Ids come back with every answer. */
  private static final int ID_LIMIT = 1024;

  /** Labels in one response. */
  private static final int LABEL_LIMIT = 1 << 16;

  /** No cascade has as many. */
  private static final int EXITS_LIMIT = 1000;

  private final Supplier<ModelCatalogue> catalogue;

  /**
   * @param catalogue asked anew for every request
   */
  RequestValidator(Supplier<ModelCatalogue> catalogue) {
    this.catalogue = catalogue;
  }

  /** The model that a request names. */
  ServedModel model(ModelRef ref) throws RequestException {
    return catalogue.get().find(ref.getName(), ref.getVersion(), "model.");
  }

  /**
   * An order for images.
   *
   * @param policy absent: the model's default; it replaces the default, nothing is merged
   * @param topK 0 means 1
   * @param caller for whom
   */
  Order order(ModelRef ref, Optional<ai.dvt.cascade.v1.ExitPolicy> policy, int topK, Caller caller)
      throws RequestException {
    ServedModel model = model(ref);
    int classes = model.cascade().classes();
    if (Integer.compareUnsigned(topK, classes) > 0) {
      throw RequestException.invalid(
          "top_k", Integer.toUnsignedString(topK), "0 to " + classes + ", the model's classes");
    }
    return inSetting(model, policy, Math.max(1, topK), caller);
  }

  private static Order inSetting(
      ServedModel model, Optional<ai.dvt.cascade.v1.ExitPolicy> message, int topK, Caller caller)
      throws RequestException {
    if (message.isPresent() && message.get().getThresholds().getValuesCount() > EXITS_LIMIT) {
      throw RequestException.invalid(
          "policy.thresholds",
          message.get().getThresholds().getValuesCount() + " values",
          "at most " + EXITS_LIMIT);
    }
    try {
      ExitPolicy policy =
          message.isPresent()
              ? Policies.fromMessage(message.get())
              : model.version().defaultPolicy();
      ServedModel setting = model.forPolicy(policy);
      return new Order(setting, setting.bind(policy), topK, caller);
    } catch (ContractException e) {
      throw RequestException.invalid("policy", e);
    }
  }

  /** For whom the current call's images are answered. */
  static Caller caller(Priority priority) throws RequestException {
    if (priority == Priority.UNRECOGNIZED) {
      throw RequestException.invalid(
          "priority", "an unknown number", "PRIORITY_INTERACTIVE or PRIORITY_BATCH");
    }
    return ClientKey.caller(
        priority == Priority.PRIORITY_BATCH
            ? ai.dvt.server.engine.Priority.BATCH
            : ai.dvt.server.engine.Priority.INTERACTIVE);
  }

  /**
   * The budget that a set of images shares.
   *
   * @param field the budget's name in the request
   * @param mostWaiting images that may wait at exits for the others
   */
  static SetBudget budget(
      ServedModel model, String field, int images, double totalGflops, long mostWaiting)
      throws RequestException {
    List<Double> gflops = model.cascade().variant().gflops();
    double least = images * gflops.get(0);
    if (!(totalGflops >= least * (1 - 1e-9) && totalGflops < Double.POSITIVE_INFINITY)) {
      throw RequestException.invalid(
          field,
          totalGflops,
          String.format(
              Locale.ROOT,
              "%.6g, exit 1 for %d images, to %.6g, the last exit for all",
              least,
              images,
              images * gflops.get(gflops.size() - 1)));
    }
    return new SetBudget(
        images,
        totalGflops,
        gflops,
        List.copyOf(model.version().points().values()),
        (int) Math.max(1, Math.min(Integer.MAX_VALUE, mostWaiting)));
  }

  /** The policy of images that a budget alone decides on: the load takes nothing of it away. */
  static final Optional<ai.dvt.cascade.v1.ExitPolicy> BUDGET_ALONE =
      Optional.of(ai.dvt.cascade.v1.ExitPolicy.newBuilder().setRefuseAdaptation(true).build());

  /** The policy of images whose caller says at every exit if they go on: the load says nothing. */
  static final Optional<ai.dvt.cascade.v1.ExitPolicy> CLIENT_DRIVEN = BUDGET_ALONE;

  /** Checks an id that a caller chose. */
  public static void checkId(String id) throws RequestException {
    if (id.length() > ID_LIMIT) {
      throw RequestException.invalid("id", id.length() + " characters", "at most " + ID_LIMIT);
    }
  }

  /** Checks that a request holds images, not too many, and asks for no endless answer. */
  static void checkCount(int images, int limit, Order order) throws RequestException {
    if (images < 1 || images > limit) {
      throw RequestException.invalid("images", images + " images", "1 to " + limit);
    }
    if ((long) images * order.topK() > LABEL_LIMIT) {
      throw RequestException.invalid(
          "top_k", order.topK(), "at most " + LABEL_LIMIT / images + " for " + images + " images");
    }
  }

  /**
   * What an image will keep alive while it waits, told by its form alone.
   *
   * @param field the image's name in the request, e.g. {@code images[3]}
   * @throws RequestException for an image without content or of another type
   */
  static long rowBytes(Image image, String field, ServedModel model) throws RequestException {
    return switch (image.getContentCase()) {
      case ENCODED -> model.rows().pixelRowBytes();
      case TENSOR -> {
        DataType type = image.getTensor().getDataType();
        if (type == DataType.DATA_TYPE_UINT8) {
          yield model.rows().pixelRowBytes();
        }
        if (type == DataType.DATA_TYPE_FLOAT32) {
          yield model.rows().normalisedRowBytes();
        }
        throw RequestException.invalid(
            field + ".tensor.data_type", type, "DATA_TYPE_UINT8 or DATA_TYPE_FLOAT32");
      }
      case CONTENT_NOT_SET ->
          throw RequestException.invalid(field, "no content", "encoded or tensor");
    };
  }

  /** Decodes an image into a row of the model's input; takes a while. */
  static ai.dvt.server.engine.InputRow row(Image image, String field, ServedModel model)
      throws RequestException {
    try {
      if (image.hasEncoded()) {
        return model.rows().encoded(image.getEncoded().asReadOnlyByteBuffer());
      }
      Tensor tensor = image.getTensor();
      return tensor.getDataType() == DataType.DATA_TYPE_UINT8
          ? model.rows().pixels(tensor.getShapeList(), tensor.getData().asReadOnlyByteBuffer())
          : new RequestedRow(
              model
                  .rows()
                  .normalised(tensor.getShapeList(), tensor.getData().asReadOnlyByteBuffer()),
              cause -> refusal(cause, field));
    } catch (PictureException e) {
      throw refusal(e, field);
    }
  }

  private static RequestException refusal(PictureException cause, String field) {
    return new RequestException(
        RequestException.Kind.INVALID, cause.field(field), cause.message(field));
  }
}
