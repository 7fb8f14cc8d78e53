package ai.dvt.server.doctor;

import ai.dvt.cascade.StageSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.config.ProviderSettings;
import ai.dvt.server.image.PictureDecoder;
import ai.dvt.server.image.PictureLimits;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.RepositoryException;
import ai.dvt.server.runtime.CascadeSessions;
import ai.dvt.server.runtime.NodePlacement;
import ai.dvt.server.runtime.SelfTest;
import ai.dvt.server.runtime.SessionDevice;
import ai.dvt.server.runtime.SessionSettings;
import ai.dvt.server.runtime.StageException;
import ai.dvt.server.runtime.provider.ExecutionProvider;
import ai.dvt.server.runtime.provider.ProviderCheck;
import ai.dvt.server.runtime.provider.ProviderException;
import ai.dvt.server.runtime.provider.Providers;
import ai.dvt.server.trial.ModelTrial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tries what a server would use on this machine. */
public final class Doctor {
  private static final String PROVIDERS = "providers";

  private final ProviderSettings settings;
  private final int maxBatch;
  private final ModelTrial trial;

  /**
   * @param settings of the server; its providers are tried, or all that are there
   * @param maxBatch for the self-test of a model
   */
  public Doctor(ProviderSettings settings, int maxBatch) {
    this.settings = settings;
    this.maxBatch = maxBatch;
    this.trial =
        new ModelTrial(settings.parityPictures(), new PictureDecoder(PictureLimits.DEFAULT));
  }

  /**
   * Looks at everything.
   *
   * @param model whose self-test to run on every provider that works
   */
  public List<Finding> examine(Optional<ModelVersion> model) {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(new Host(Path.of("/")).findings());
    findings.addAll(new NativeParts().findings());
    Providers providers = new Providers(settings);
    for (String name : providers.candidates()) {
      try (ExecutionProvider provider = providers.open(name)) {
        ProviderCheck check = ProviderCheck.of(provider);
        findings.add(
            check.works()
                ? Finding.ok(PROVIDERS, name, check.explanation())
                : Finding.broken(PROVIDERS, name, check.explanation()));
        if (check.works() && model.isPresent()) {
          findings.addAll(tryOn(provider, model.get()));
        }
      } catch (ProviderException e) {
        findings.add(Finding.broken(PROVIDERS, name, e.getMessage()));
      }
    }
    return findings;
  }

  private List<Finding> tryOn(ExecutionProvider provider, ModelVersion model) {
    String section = model.name() + '/' + model.version();
    List<Finding> findings = new ArrayList<>();
    SessionDevice device =
        new SessionDevice(provider, SessionSettings.DEFAULT, 1, settings.handover());
    try {
      VariantSpec variant = model.variantFor(provider.name());
      for (int stage = 1; stage <= variant.stages().size(); stage++) {
        StageSpec spec = variant.stages().get(stage - 1);
        findings.add(
            Finding.ok(
                section,
                provider.name() + ", nodes of stage " + spec.name(),
                NodePlacement.of(provider, model.folder(), model.manifest(), variant, stage)));
      }
      try (CascadeSessions sessions =
          device.open(model.folder(), model.manifest(), variant, maxBatch)) {
        findings.add(selfTest(sessions, device, model, section));
      }
    } catch (RepositoryException | StageException e) {
      findings.add(Finding.broken(section, provider.name(), e.getMessage()));
    } finally {
      device.release();
    }
    return findings;
  }

  private Finding selfTest(
      CascadeSessions sessions, SessionDevice device, ModelVersion model, String section) {
    String name = device.provider() + ", self-test of variant " + sessions.variant().name();
    ModelTrial.Result result = trial.of(device, sessions, model, model.folder());
    if (!result.problems().isEmpty()) {
      return Finding.broken(section, name, String.join("; ", result.problems()));
    }
    if (result.timings().isEmpty() && result.precision().isEmpty()) {
      return Finding.missing(section, name, "the model has none");
    }
    StringBuilder times = new StringBuilder("passed");
    result.precision().ifPresent(said -> times.append("; ").append(said));
    for (SelfTest.Timing timing : result.timings()) {
      times.append(
          String.format(
              Locale.ROOT,
              "; stage %d, batch %d: %.2f ms",
              timing.stage(),
              timing.rows(),
              timing.nanos() / 1e6));
    }
    return Finding.ok(section, name, times.toString());
  }
}
