package ai.dvt.cascade;

import java.util.List;

/**
 * One way to run the model: the same exits, other operators or precision.
 *
 * @param name unique in the manifest, e.g. {@code cpu}
 * @param providers execution providers that can run it ({@code cpu}, {@code cuda}, {@code
 *     tensorrt}); empty: any
 * @param stages in order, stage 1 first
 */
public record VariantSpec(
    String name,
    Flavour flavour,
    Precision precision,
    List<String> providers,
    List<StageSpec> stages) {
  public VariantSpec {
    providers = List.copyOf(providers);
    stages = List.copyOf(stages);
    if (name.isBlank()) {
      throw new ContractException("variant", "no name", "a name");
    }
    if (stages.isEmpty()) {
      throw new ContractException("stages of variant " + name, "none", "at least one");
    }
    for (int i = 0; i < stages.size(); i++) {
      for (HandoverSpec handover : stages.get(i).handover()) {
        if (handover.fromStage() > i) {
          throw new ContractException(
              "from_stage of " + handover.input() + " in stage " + (i + 1),
              handover.fromStage(),
              "an earlier stage");
        }
      }
      if (i > 0 && stages.get(i).gflops() < stages.get(i - 1).gflops()) {
        throw new ContractException(
            "gflops of stage " + (i + 1), stages.get(i).gflops(), "cumulative, never falling");
      }
    }
  }

  /** Cumulative cost of each exit, 1e9 multiply-adds. */
  public List<Double> gflops() {
    return stages.stream().map(StageSpec::gflops).toList();
  }
}
