package ai.dvt.cascade;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code <model>/<version>/manifest.json} says. A plain ViT is a cascade of one stage.
 *
 * @param model the model's name, also its folder's
 * @param architecture the architecture's name at export
 * @param labels a file with one label a line, in class order
 */
public record CascadeManifest(
    String model,
    String architecture,
    List<VariantSpec> variants,
    Preprocessing preprocessing,
    int classes,
    Optional<FileSpec> labels,
    Optional<SelfTestSpec> selfTest,
    Optional<Provenance> provenance) {
  /** The schema_version that this code reads and writes. */
  public static final int SCHEMA_VERSION = 1;

  public CascadeManifest {
    variants = List.copyOf(variants);
    if (!model.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new ContractException(
          "model", '"' + model + '"', "letters, digits, '.', '_' and '-', not first a sign");
    }
    if (classes < 1) {
      throw new ContractException("classes", classes, ">= 1");
    }
    if (variants.isEmpty()) {
      throw new ContractException("variants", "none", "at least one");
    }
    Set<String> names = new HashSet<>();
    for (VariantSpec variant : variants) {
      if (!names.add(variant.name())) {
        throw new ContractException("variant", variant.name(), "a unique name");
      }
    }
    for (VariantSpec variant : variants) {
      if (variant.setting().filter(names::contains).isPresent()) {
        throw new ContractException(
            "setting of variant " + variant.name(), variant.setting().get(), "no variant's name");
      }
    }
    int exits = variants.get(0).stages().size();
    if (selfTest.isPresent() && selfTest.get().logits().size() != exits) {
      throw new ContractException(
          "self_test.logits", selfTest.get().logits().size() + " files", exits + ", one per exit");
    }
  }

  /** Names of all settings, in the order of the variants; one empty name where there is one. */
  public List<String> settings() {
    return variants.stream().map(v -> v.setting().orElse("")).distinct().toList();
  }

  /** What a variant must give: its setting's self-test. */
  public Optional<SelfTestSpec> selfTestOf(VariantSpec variant) {
    return variant.selfTest().or(() -> selfTest);
  }
}
