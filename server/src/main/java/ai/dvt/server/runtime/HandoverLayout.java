package ai.dvt.server.runtime;

import ai.dvt.cascade.HandoverSpec;
import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What lies between the stages of a variant, worked out from the manifest's hand-over lists: which
 * tensors a stage makes for later ones, and how long each is needed. Tensors with the same producer
 * and the same last reader live and die together, as a group.
 */
final class HandoverLayout {
  /**
   * @param fromStage the stage that makes the tensors, from 1
   * @param lastStage the last stage that reads one of them
   */
  record Group(int fromStage, int lastStage, List<Tensor> tensors) {
    Group {
      tensors = List.copyOf(tensors);
    }

    /** Bytes of one image's rows. */
    long rowBytes() {
      return tensors.stream().mapToLong(Tensor::rowBytes).sum();
    }

    /** Whether the tensors are needed after this stage. */
    boolean outlives(int stage) {
      return fromStage <= stage && stage < lastStage;
    }
  }

  /**
   * An input of a stage and where it comes from.
   *
   * @param group index of the group
   * @param tensor index in the group
   */
  record Input(Tensor input, int group, int tensor) {}

  private final List<Group> groups = new ArrayList<>();
  private final List<List<Input>> inputs = new ArrayList<>();

  private final OptionalInt pictures;

  /**
   * @throws StageException when two readers of a tensor disagree about it
   */
  HandoverLayout(VariantSpec variant) throws StageException {
    this(variant, Optional.empty());
  }

  /**
   * @param picture if present, the pictures are handed over, too, behind what stage 1 makes: all
   *     stages read the same
   * @throws StageException when two readers of a tensor disagree about it
   */
  HandoverLayout(VariantSpec variant, Optional<Tensor> picture) throws StageException {
    Map<String, Tensor> made = new LinkedHashMap<>();
    Map<String, int[]> span = new LinkedHashMap<>();
    List<StageSpec> stages = variant.stages();
    for (int stage = 1; stage <= stages.size(); stage++) {
      for (HandoverSpec handover : stages.get(stage - 1).handover()) {
        Tensor tensor = new Tensor(handover.output(), handover.dataType(), handover.shape());
        Tensor before = made.putIfAbsent(key(handover), tensor);
        if (before != null && !before.equals(tensor)) {
          throw new StageException(
              StageSession.place(stage, stages.get(stage - 1))
                  + ", input "
                  + handover.input()
                  + ": "
                  + tensor.dataType()
                  + tensor.shape()
                  + " (expected: "
                  + before.dataType()
                  + before.shape()
                  + ", as another stage reads "
                  + handover.output()
                  + ")");
        }
        span.put(key(handover), new int[] {handover.fromStage(), stage});
      }
    }
    Map<String, Integer> groupOf = new LinkedHashMap<>();
    Map<String, Integer> placeOf = new LinkedHashMap<>();
    Map<List<Integer>, List<String>> together = new LinkedHashMap<>();
    span.forEach(
        (key, stay) ->
            together.computeIfAbsent(List.of(stay[0], stay[1]), k -> new ArrayList<>()).add(key));
    together.forEach(
        (stay, keys) -> {
          for (String key : keys) {
            placeOf.put(key, keys.indexOf(key));
            groupOf.put(key, groups.size());
          }
          groups.add(new Group(stay.get(0), stay.get(1), keys.stream().map(made::get).toList()));
        });
    pictures =
        picture.isPresent() && stages.size() > 1
            ? OptionalInt.of(groups.size())
            : OptionalInt.empty();
    if (pictures.isPresent()) {
      groups.add(new Group(1, stages.size(), List.of(picture.get())));
    }
    for (StageSpec stage : stages) {
      inputs.add(
          stage.handover().stream()
              .map(
                  h ->
                      new Input(
                          new Tensor(h.input(), h.dataType(), h.shape()),
                          groupOf.get(key(h)),
                          placeOf.get(key(h))))
              .toList());
    }
  }

  /** The group of the pictures; empty: every stage gets them anew. */
  OptionalInt pictures() {
    return pictures;
  }

  private static String key(HandoverSpec handover) {
    return handover.fromStage() + " " + handover.output();
  }

  List<Group> groups() {
    return groups;
  }

  /**
   * What a stage reads from earlier ones, in the manifest's order.
   *
   * @param stage from 1
   */
  List<Input> inputs(int stage) {
    return inputs.get(stage - 1);
  }

  /**
   * What a stage's graph makes for later ones: its groups' tensors, group by group.
   *
   * @param stage from 1
   */
  List<Tensor> outputs(int stage) {
    return groups.subList(0, pictures.orElse(groups.size())).stream()
        .filter(g -> g.fromStage() == stage)
        .flatMap(g -> g.tensors().stream())
        .toList();
  }

  /** Bytes that an image holds after a stage ran and before the next one. */
  long bytesAfter(int stage) {
    return groups.stream().filter(g -> g.outlives(stage)).mapToLong(Group::rowBytes).sum();
  }
}
