package ai.dvt.exporter.bundle;

import ai.dvt.cascade.VariantSpec;
import ai.dvt.exporter.architecture.CascadeGraphs;
import java.util.List;

/**
 * One of the ways in which a model can be exported from the same weights.
 *
 * @param name e.g. {@code keep-0.70}; empty for the only one
 */
public record CascadeSetting(String name, CascadeGraphs graphs) {
  public CascadeSetting {
    if (!name.matches("([A-Za-z0-9][A-Za-z0-9._-]*)?")) {
      throw new BundleException("setting", name, "letters, digits, '.', '_' and '-', or empty");
    }
  }

  /** Those of a model's variants that are of this setting. */
  List<VariantSpec> of(List<VariantSpec> variants) {
    return variants.stream().filter(v -> v.setting().orElse("").equals(name)).toList();
  }
}
