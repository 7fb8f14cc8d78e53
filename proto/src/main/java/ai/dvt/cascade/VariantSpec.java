package ai.dvt.cascade;

import java.util.List;
import java.util.Optional;

/**
 * One way to run the model. Variants of one setting give the same answers by other operators or in
 * another precision; another setting spends more or less on an image.
 *
 * @param name unique in the manifest, e.g. {@code cpu}, {@code keep-0.70.cpu}
 * @param providers execution providers that can run it ({@code cpu}, {@code cuda}, {@code
 *     tensorrt}); empty: any
 * @param stages in order, stage 1 first
 * @param setting e.g. {@code keep-0.70}; empty where a model has only one
 * @param selfTest of this setting; empty: the manifest's
 */
public record VariantSpec(
    String name,
    Flavour flavour,
    Precision precision,
    List<String> providers,
    List<StageSpec> stages,
    Optional<String> setting,
    Optional<SelfTestSpec> selfTest) {
  public VariantSpec {
    providers = List.copyOf(providers);
    stages = List.copyOf(stages);
    if (name.isBlank()) {
      throw new ContractException("variant", "no name", "a name");
    }
    if (setting.isPresent() && !setting.get().matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new ContractException(
          "setting of variant " + name,
          '"' + setting.get() + '"',
          "letters, digits, '.', '_' and '-', not first a sign, or none");
    }
    if (selfTest.isPresent() && selfTest.get().logits().size() != stages.size()) {
      throw new ContractException(
          "self_test.logits of variant " + name,
          selfTest.get().logits().size() + " files",
          stages.size() + ", one per exit");
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

  /** A variant of a model's only setting. */
  public VariantSpec(
      String name,
      Flavour flavour,
      Precision precision,
      List<String> providers,
      List<StageSpec> stages) {
    this(name, flavour, precision, providers, stages, Optional.empty(), Optional.empty());
  }

  /** Whether pictures decide what they cost; {@link #gflops} is then the most that can be. */
  public boolean picturesDecideCost() {
    return stages.stream().anyMatch(stage -> stage.costOutput().isPresent());
  }

  /** Cumulative cost of each exit, 1e9 multiply-adds. */
  public List<Double> gflops() {
    return stages.stream().map(StageSpec::gflops).toList();
  }
}
