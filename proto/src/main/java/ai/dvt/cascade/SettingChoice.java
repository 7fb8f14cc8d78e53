package ai.dvt.cascade;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Which setting of a model a policy asks for. The one definition for server and client. */
public final class SettingChoice {
  private SettingChoice() {}

  /**
   * That of the policy's operating point; else, under a cap on cost, the dearest that stays below
   * it to the last exit, or the cheapest; else the first.
   *
   * @param points finds an operating point by name
   * @return a setting of the manifest
   */
  public static String of(
      CascadeManifest manifest,
      ExitPolicy policy,
      Function<String, Optional<OperatingPoint>> points) {
    List<String> settings = manifest.settings();
    if (settings.size() == 1) {
      return settings.get(0);
    }
    if (policy.rule() instanceof ExitRule.AtPoint at) {
      Optional<String> variant = points.apply(at.name()).flatMap(OperatingPoint::variant);
      if (variant.isPresent()) {
        return settingOf(manifest, variant.get());
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

  /**
   * What a setting costs up to the last exit, 1e9 multiply-adds; at most, where pictures decide.
   */
  public static double cost(CascadeManifest manifest, String setting) {
    VariantSpec variant =
        manifest.variants().stream()
            .filter(v -> v.setting().orElse("").equals(setting))
            .findFirst()
            .orElseThrow();
    return variant.gflops().get(variant.gflops().size() - 1);
  }
}
