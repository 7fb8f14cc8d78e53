package ai.dvt.server.grpc;

import ai.dvt.cascade.v1.SetBudget;

/** The budget of one stream's images: as many as declared, of one model. For one thread. */
final class StreamBudget {
  private final ServedModel model;
  private final int images;
  private final ai.dvt.server.engine.budget.SetBudget set;
  private int taken;

  private StreamBudget(ServedModel model, int images, ai.dvt.server.engine.budget.SetBudget set) {
    this.model = model;
    this.images = images;
    this.set = set;
  }

  /**
   * @param mostWaiting images that may wait at exits for the others
   */
  static StreamBudget of(SetBudget message, ServedModel model, long mostWaiting)
      throws RequestException {
    if (message.getImages() < 1) {
      throw RequestException.invalid(
          "budget.images", Integer.toUnsignedString(message.getImages()), "1 to 2147483647");
    }
    return new StreamBudget(
        model,
        message.getImages(),
        RequestValidator.budget(
            model,
            "budget.total_gflops",
            message.getImages(),
            message.getTotalGflops(),
            mostWaiting));
  }

  /** The order of the set's next image. */
  Order next(Order order) throws RequestException {
    if (taken == images) {
      throw RequestException.invalid(
          "image", "one more", "at most " + images + ", as the budget declared");
    }
    taken++;
    if (order.model().cascade() != model.cascade()) {
      absent();
      throw RequestException.invalid(
          "model", order.model().cascade().name(), model.cascade().name() + ", the whole set's");
    }
    return order.sharing(set);
  }

  /** An image counted by {@link #next} will not come. */
  void absent() {
    set.absent();
  }

  /** The client sends no more. */
  void noMore() {
    set.noMore();
  }
}
