package ai.dvt.client.load.rounds;

import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.v1.ClassifyRequest;
import ai.dvt.cascade.v1.ClassifyStreamRequest;
import ai.dvt.cascade.v1.Image;
import ai.dvt.cascade.v1.ModelRef;
import ai.dvt.cascade.wire.Policies;
import ai.dvt.client.call.ModelId;
import ai.dvt.client.call.Priority;
import ai.dvt.client.load.pictures.LoadPicture;
import ai.dvt.client.message.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The messages of one side's images by their numbers; pictures are encoded once. */
final class ImageMessages {
  private final ModelRef model;
  private final List<LoadPicture> pictures;
  private final List<Image> images;
  private final List<ai.dvt.cascade.v1.ExitPolicy> stops = new ArrayList<>();
  private final ai.dvt.cascade.v1.Priority priority;

  ImageMessages(ModelId model, int exits, List<LoadPicture> pictures, Priority priority) {
    this.priority = Requests.priority(priority);
    this.model = Requests.model(model);
    this.pictures = List.copyOf(pictures);
    this.images = pictures.stream().map(one -> Requests.image(one.picture())).toList();
    for (int exit = 1; exit <= exits; exit++) {
      stops.add(Policies.toMessage(ExitPolicy.parse("stop=" + exit)));
    }
  }

  ClassifyRequest unary(long number, RoundPlan plan) {
    ClassifyRequest.Builder request =
        ClassifyRequest.newBuilder().setModel(model).setPriority(priority).addImages(image(number));
    policy(number, plan).ifPresent(request::setPolicy);
    return request.build();
  }

  /**
   * @param first whether the stream has had no message; later ones keep its model and policy
   */
  ClassifyStreamRequest streamed(long number, RoundPlan plan, boolean first) {
    ClassifyStreamRequest.Builder request =
        ClassifyStreamRequest.newBuilder().setId(Long.toString(number)).setImage(image(number));
    if (first) {
      request.setModel(model).setPriority(priority);
    }
    if (first || plan.exits().isPresent()) {
      policy(number, plan).ifPresent(request::setPolicy);
    }
    return request.build();
  }

  Optional<String> truth(long number) {
    return pictures.get((int) (number % pictures.size())).truth();
  }

  private Image image(long number) {
    return images.get((int) (number % images.size()));
  }

  private Optional<ai.dvt.cascade.v1.ExitPolicy> policy(long number, RoundPlan plan) {
    return plan.exits().isPresent()
        ? plan.exits().map(exits -> stops.get(exits.exit(number) - 1))
        : plan.policy().map(Policies::toMessage);
  }
}
