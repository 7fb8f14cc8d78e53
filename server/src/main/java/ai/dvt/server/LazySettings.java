package ai.dvt.server;

import ai.dvt.cascade.FileSpec;
import ai.dvt.cascade.VariantSpec;
import ai.dvt.server.engine.LoadControl;
import ai.dvt.server.grpc.ModelSettings;
import ai.dvt.server.grpc.RequestException;
import ai.dvt.server.grpc.ServedModel;
import ai.dvt.server.repository.ModelVersion;
import ai.dvt.server.repository.PrivateFolder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads settings of one version when a request asks for one, and ends those that were not asked for
 * longest where memory is short: ONNX Runtime packs the weights anew in every session. A setting
 * counts as much as its weights files. Owns the private copy of the version's files.
 */
final class LazySettings implements ModelSettings {
  private static final Logger LOG = LoggerFactory.getLogger(LazySettings.class);

  private final ModelVersion version;
  private final PrivateFolder files;
  private final ModelLoader loader;
  private final Retirement retirement;
  private final long limitBytes;

  // Guarded by this; in the order of their last use.
  private final LinkedHashMap<String, ServedModel> loaded = new LinkedHashMap<>(8, 0.75f, true);
  private final Map<String, String> failures = new HashMap<>();
  private LoadControl load = LoadControl.CALM;
  private boolean closed;

  /** What is loaded, for those who must not wait for a setting that is being loaded. */
  private volatile List<ServedModel> known = List.of();

  LazySettings(
      ModelVersion version,
      PrivateFolder files,
      ModelLoader loader,
      Retirement retirement,
      long limitBytes) {
    this.version = version;
    this.files = files;
    this.loader = loader;
    this.retirement = retirement;
    this.limitBytes = limitBytes;
  }

  @Override
  public synchronized ServedModel of(String setting) throws RequestException {
    ServedModel before = loaded.get(setting);
    if (before != null) {
      return before;
    }
    String name = version.name() + "/" + version.version() + " " + setting;
    if (closed) {
      throw RequestException.unavailable(name + ": the model is unloaded");
    }
    if (failures.containsKey(setting)) {
      throw RequestException.unavailable(name + ": " + failures.get(setting));
    }
    long bytes = bytes(setting);
    if (bytes > limitBytes) {
      throw RequestException.full(
          name
              + ": "
              + bytes
              + " bytes of weights (expected: at most "
              + limitBytes
              + ", the memory for settings)");
    }
    makeRoom(bytes);
    List<String> problems = new ArrayList<>();
    ServedModel model = loader.open(version, setting, files.path(), problems).orElse(null);
    if (model == null) {
      failures.put(setting, String.join("; ", problems));
      LOG.error("{}: not loaded: {}", name, failures.get(setting));
      throw RequestException.unavailable(name + ": " + failures.get(setting));
    }
    model.cascade().setLoad(load);
    loaded.put(setting, model);
    known = List.copyOf(loaded.values());
    LOG.info("{}: loaded", name);
    return model;
  }

  private void makeRoom(long bytes) {
    while (!loaded.isEmpty() && held() + bytes > limitBytes) {
      String oldest = loaded.keySet().iterator().next();
      retirement.retire(loaded.remove(oldest).cascade(), false);
      known = List.copyOf(loaded.values());
    }
  }

  /** Has all settings, those to come too, follow the load of the whole model. */
  synchronized void follow(LoadControl control) {
    load = control;
    loaded.values().forEach(model -> model.cascade().setLoad(control));
  }

  @Override
  public List<ServedModel> loaded() {
    return known;
  }

  private long held() {
    return loaded.keySet().stream().mapToLong(this::bytes).sum();
  }

  /** Of its weights files, each once. */
  private long bytes(String setting) {
    Set<FileSpec> data = new HashSet<>();
    for (VariantSpec variant : version.manifest().variants()) {
      if (variant.setting().orElse("").equals(setting)) {
        variant.stages().forEach(stage -> data.addAll(stage.data()));
      }
    }
    return data.stream().mapToLong(FileSpec::bytes).sum();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    loaded.values().forEach(model -> retirement.retire(model.cascade(), false));
    loaded.clear();
    known = List.of();
    files.close();
  }
}
