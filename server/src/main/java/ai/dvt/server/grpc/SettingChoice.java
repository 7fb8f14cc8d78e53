package ai.dvt.server.grpc;

import ai.dvt.cascade.CascadeManifest;
import ai.dvt.cascade.ExitPolicy;
import ai.dvt.cascade.ExitRule;
import ai.dvt.cascade.OperatingPoint;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.repository.ModelVersion;
import java.util.List;

/** Which setting of a model a policy asks for. */
final class SettingChoice {
  private SettingChoice() {}

  /**
   * That of the policy's operating point; else, under a cap on cost, the dearest that stays below
   * it to the last exit, or the cheapest; else the first.
   *
   * @return a setting of the manifest
   */
  static String of(ModelVersion version, ExitPolicy policy) {
    CascadeManifest manifest = version.manifest();
    List<String> settings = manifest.settings();
    if (settings.size() == 1) {
      return settings.get(0);
    }
    if (policy.rule() instanceof ExitRule.AtPoint at) {
      OperatingPoint point = version.points().get(at.name());
      if (point != null && point.variant().isPresent()) {
        return settingOf(manifest, point.variant().get());
      }
    }
    if (policy.maxGflops().isPresent()) {
      return below(manifest, settings, policy.maxGflops().getAsDouble());
    }
    return settings.get(0);
  }

  private static String settingOf(CascadeManifest manifest, String name) {
    return manifest.variants().stream()
        .filter(variant -> variant.name().equals(name))
        .findFirst()
        .map(variant -> variant.setting().orElse(""))
        .orElse(name);
  }

  private static String below(CascadeManifest manifest, List<String> settings, double cap) {
    String best = null;
    String cheapest = settings.get(0);
    for (String setting : settings) {
      double cost = cost(manifest, setting);
      if (cost <= cap && (best == null || cost > cost(manifest, best))) {
        best = setting;
      }
      cheapest = cost < cost(manifest, cheapest) ? setting : cheapest;
    }
    return best == null ? cheapest : best;
  }

  private static double cost(CascadeManifest manifest, String setting) {
    VariantSpec variant =
        manifest.variants().stream()
            .filter(v -> v.setting().orElse("").equals(setting))
            .findFirst()
            .orElseThrow();
    return variant.gflops().get(variant.gflops().size() - 1);
  }
}
